package ai.neo.modelgateway.serving;

import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.SwapReceipt;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The moment at which another version takes the champion's place, and its receipt. */
final class Swap {
  private static final Logger LOG = LoggerFactory.getLogger(Swap.class);

  private Swap() {}

  static SwapReceipt carryOut(
      ModelSlot slot, Serving next, VersionLoader.Loaded loaded, ModelChange.Builder change) {
    String from = slot.serving().championVersion();
    ServedVersion to = loaded.version();
    ModelChange announcement =
        change
            .setModel(slot.name())
            .setVersion(to.version())
            .setDigest(to.artifact().digest())
            .setFeatureSetId(to.artifact().featureSetId())
            .setPreviousVersion(from)
            .setEpoch(next.epoch())
            .build();
    Optional<ServedVersion> old = slot.serving().champion();
    LastSwap.Before before = LastSwap.before(old, to);
    long swapNs = slot.replace(next, Optional.of(announcement));
    LOG.info(
        "model={} version={} takes the place of version={} epoch={} kind={} swap_ns={}",
        slot.name(),
        to.version(),
        from,
        next.epoch(),
        announcement.getKind(),
        swapNs);
    SwapReceipt.Builder receipt =
        receipt(slot, from)
            .setLoadNs(loaded.loadNs())
            .setWarmNs(loaded.warmNs())
            .setSwapNs(swapNs)
            .setRecordedRows(loaded.recordedRows());
    LastSwap last = new LastSwap(before.on(receipt).build(), to.statistics(), before);
    slot.swapped(last);
    return last.receipt();
  }

  static SwapReceipt.Builder receipt(ModelSlot slot, String from) {
    Serving now = slot.serving();
    return SwapReceipt.newBuilder()
        .setModel(slot.name())
        .setFromVersion(from)
        .setToVersion(now.championVersion())
        .setToDigest(now.champion().map(version -> version.artifact().digest()).orElse(""))
        .setEpoch(now.epoch());
  }
}
