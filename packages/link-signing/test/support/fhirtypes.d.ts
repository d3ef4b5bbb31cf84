// kill-the-clipboard names types of a package that it does not bring along.
declare module '@medplum/fhirtypes' {
  export interface Resource {
    readonly resourceType: string;
  }
  export type Bundle = Resource;
  export type List = Resource;
}
