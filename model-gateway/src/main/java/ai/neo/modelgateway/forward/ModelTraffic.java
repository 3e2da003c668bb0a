package ai.neo.modelgateway.forward;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How one forwarded model does: its circuit, and counts that only rise. Safe for any thread. */
final class ModelTraffic {

  final Circuit circuit;
  final LongAdder answered = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder lost = new LongAdder();
  final LongAdder dropped = new LongAdder();
  private volatile long sickNs = Long.MIN_VALUE;
  private final Map<FallbackReason, LongAdder> fallbacks = new EnumMap<>(FallbackReason.class);

  ModelTraffic(Circuit circuit) {
    this.circuit = circuit;
    for (FallbackReason reason : FallbackReason.values()) {
      fallbacks.put(reason, new LongAdder());
    }
  }

  /** The server said that the model's process has died: what it computed then is told to nobody. */
  void sick(long nowNs) {
    sickNs = nowNs;
  }

  boolean wasSickSince(long ns) {
    return sickNs != Long.MIN_VALUE && sickNs - ns >= 0;
  }

  void fellBack(FallbackReason reason) {
    fallbacks.get(reason).increment();
  }

  ForwardStatus.Model status(String model) {
    Map<FallbackReason, Long> byReason = new EnumMap<>(FallbackReason.class);
    fallbacks.forEach((reason, count) -> byReason.put(reason, count.sum()));
    return new ForwardStatus.Model(
        model,
        circuit.state().number(),
        answered.sum(),
        refused.sum(),
        lost.sum(),
        dropped.sum(),
        byReason);
  }
}
