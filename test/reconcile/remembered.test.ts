import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { remembered } from "../../src/reconcile/remembered.ts";

test("an answer is worked out once for each object, also when it is undefined", () => {
  const asked: string[] = [];
  const name = remembered((subject: { readonly id: string }) => {
    asked.push(subject.id);
    return subject.id === "none" ? undefined : subject.id;
  });
  const [one, none] = [{ id: "one" }, { id: "none" }];
  deepEqual(
    [name(one), name(none), name(one), name(none), name({ id: "one" })],
    ["one", undefined, "one", undefined, "one"],
  );
  deepEqual(asked, ["one", "none", "one"]);
});
