/** The API group of all five kinds. */
export const group = "argoproj.io";

/** The one version of the group: served and stored. */
export const version = "v1alpha1";

/** What objects of the group say as their `apiVersion`. */
export const apiVersion = `${group}/${version}` as const;
