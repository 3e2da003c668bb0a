package ai.neo.modelgateway.serving;

import ai.neo.proto.learning.v1.SwapReceipt;
import java.util.Optional;

/**
 * The last change of a model's champion, and what is needed to tell what it did to the latencies.
 *
 * @param receipt as of the swap
 * @param to counts of the version that took the place; it may be retired by now
 */
record LastSwap(SwapReceipt receipt, VersionStatistics to, Before before) {
  private static final double P99 = 0.99;

  /**
   * Readings just before the swap.
   *
   * @param from of the version that answered up to then
   * @param to of the one that takes its place, which may have answered before
   */
  record Before(Optional<Latencies.Reading> from, Latencies.Reading to) {
    SwapReceipt.Builder on(SwapReceipt.Builder receipt) {
      from.ifPresent(
          reading ->
              receipt.setRequestsBefore(reading.requests()).setP99BeforeNs(reading.quantile(P99)));
      return receipt;
    }
  }

  static Before before(Optional<ServedVersion> from, ServedVersion to) {
    return new Before(
        from.map(version -> version.statistics().latencies().reading()),
        to.statistics().latencies().reading());
  }

  /** The receipt with what has been answered since. */
  SwapReceipt now() {
    Latencies.Reading since = to.latencies().reading().since(before.to());
    return receipt.toBuilder()
        .setRequestsAfter(since.requests())
        .setP99AfterNs(since.quantile(P99))
        .build();
  }
}
