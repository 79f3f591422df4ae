// Modules are the only namespaces.
namespace Uart { // error: VT1016
  export const PORT = 0x3f8;
}
export function f(): void {}
