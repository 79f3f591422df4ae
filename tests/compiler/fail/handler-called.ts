// A handler ends in IRET.
class Frame extends Struct {
  rip: u64;
}
function onTick(frame: ptr<Frame>): void {}
export function f(frame: ptr<Frame>): ptr<unknown> {
  onTick(frame); // error: VT2016
  return isr(onTick);
}
