/** The words for two roles that one Service is to play. */
export function sameService(roles: string): string {
  const uses = `This rollout uses the same service for the ${roles} services`;
  return `${uses}, but two different services are required.`;
}
