package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.network.Outcome;
import ai.neo.proto.learning.v1.Arm;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.registry.v1.Evaluation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A shadow and one champion on the very same samples. One thread at a time. */
final class PairedScore {
  /** From the first on, as a sequential test needs them; later ones move the means alone. */
  static final int PAIRS_KEPT = 10_000;

  private final ShadowWork.ChampionAnswer champion;
  private final OutcomeMeans ofShadow = new OutcomeMeans();
  private final OutcomeMeans ofChampion = new OutcomeMeans();
  private final List<Double> shadowReturns = new ArrayList<>();
  private final List<Double> championReturns = new ArrayList<>();
  private final MessageDigest data;

  /**
   * @param champion any answer of it
   */
  PairedScore(ShadowWork.ChampionAnswer champion) {
    this.champion = champion;
    try {
      this.data = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  long epoch() {
    return champion.epoch();
  }

  /** One sample, told apart from others by its prediction's id. */
  void add(Shadow.Pair pair, String id, Outcome outcome, double cost) {
    OutcomeMeans.Worth shadow = OutcomeMeans.Worth.of(pair.shadow(), outcome, cost);
    OutcomeMeans.Worth other =
        OutcomeMeans.Worth.of(pair.champion().probabilities(), outcome, cost);
    ofShadow.add(shadow);
    ofChampion.add(other);
    if (shadowReturns.size() == PAIRS_KEPT) {
      return;
    }
    shadowReturns.add(shadow.netReturn());
    championReturns.add(other.netReturn());
    data.update(id.getBytes(StandardCharsets.UTF_8));
    data.update(
        ByteBuffer.allocate(1 + Integer.BYTES + Float.BYTES)
            .put((byte) 0)
            .putInt(outcome.label())
            .putFloat(outcome.forwardReturn())
            .array());
  }

  ArmStatus.Builder on(ArmStatus.Builder status) {
    return status
        .setChampionVersion(champion.version())
        .setPairs(ofShadow.samples())
        .setShadow(ofShadow.means())
        .setChampion(ofChampion.means());
  }

  /** The pairs that were kept, as the registry's gates take them; not signed. */
  Evaluation evaluation(String model, Arm arm) {
    return Evaluation.newBuilder()
        .setModel(model)
        .setVersion(arm.getVersion())
        .setDigest(arm.getDigest())
        .setDatasetDigest(datasetDigest())
        .setSamples(shadowReturns.size())
        .putMetrics("log_loss", ofShadow.means().getLogLoss())
        .putMetrics("net_return", ofShadow.means().getNetReturn())
        .putMetrics("champion_log_loss", ofChampion.means().getLogLoss())
        .putMetrics("champion_net_return", ofChampion.means().getNetReturn())
        .setChampionVersion(champion.version())
        .setChampionDigest(champion.digest())
        .addAllCandidateOutcomes(shadowReturns)
        .addAllChampionOutcomes(championReturns)
        .build();
  }

  private String datasetDigest() {
    try {
      MessageDigest now = (MessageDigest) data.clone();
      return HexFormat.of().formatHex(now.digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 of every Java runtime can be cloned", e);
    }
  }
}
