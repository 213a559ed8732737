declare module "virtual:borders" {
  /** The address of a GeoJSON collection: land, and the lines between countries. */
  const url: string;
  export default url;
}
