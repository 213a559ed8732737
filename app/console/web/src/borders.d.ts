declare module "virtual:borders" {
  /** The address of a GeoJSON geometry. */
  const url: string;
  export default url;
}
