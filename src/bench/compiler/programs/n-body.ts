// Bodies that attract each other, in steps of equal time.
const BODIES = 5;

class Body extends Struct {
  x: f64;
  y: f64;
  z: f64;
  vx: f64;
  vy: f64;
  vz: f64;
  mass: f64;
}
const bodies: array<Body, typeof BODIES> = zeroed();

function advance(step: f64): void {
  for (let i: usize = 0; i < BODIES; i++) {
    const a = addressOf(bodies[i]);
    for (let j = i + 1; j < BODIES; j++) {
      const b = addressOf(bodies[j]);
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      const square = dx * dx + dy * dy + dz * dz;
      const pull = step / (square * sqrt(square));
      a.vx -= dx * b.mass * pull;
      a.vy -= dy * b.mass * pull;
      a.vz -= dz * b.mass * pull;
      b.vx += dx * a.mass * pull;
      b.vy += dy * a.mass * pull;
      b.vz += dz * a.mass * pull;
    }
  }
  for (let i: usize = 0; i < BODIES; i++) {
    const a = addressOf(bodies[i]);
    a.x += step * a.vx;
    a.y += step * a.vy;
    a.z += step * a.vz;
  }
}

function energy(): f64 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < BODIES; i++) {
    const a = addressOf(bodies[i]);
    sum += 0.5 * a.mass * (a.vx * a.vx + a.vy * a.vy + a.vz * a.vz);
    for (let j = i + 1; j < BODIES; j++) {
      const b = addressOf(bodies[j]);
      const dx = a.x - b.x;
      const dy = a.y - b.y;
      const dz = a.z - b.z;
      sum -= (a.mass * b.mass) / sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

export function run(rounds: u64): u64 {
  for (let i: usize = 0; i < BODIES; i++) {
    const at = f64(i);
    const a = addressOf(bodies[i]);
    a.x = at * 4.5 + 1.0;
    a.y = at * 1.25 - 2.0;
    a.z = 3.0 - at;
    a.vx = 0.5 - at * 0.125;
    a.vy = at * 0.25 - 0.5;
    a.vz = 0.0625 * at;
    a.mass = 8.0 / (at + 1.0);
  }
  for (let round: u64 = 0; round < rounds; round++) advance(0.001);
  return truncate<u64>(i64(energy() * 1e9));
}
