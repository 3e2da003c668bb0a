package ai.neo.modelgateway.routing;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.learning.Score;
import ai.neo.modelgateway.network.Outcome;
import ai.neo.proto.learning.v1.ArmStatus;
import ai.neo.proto.learning.v1.Means;

/** How answers did, by their outcomes. Safe for any thread. */
final class OutcomeMeans {
  private long samples;
  private double logLoss;
  private double netReturn;

  /** What one answer of one row was worth. */
  record Worth(double logLoss, double netReturn) {
    static Worth of(float[] probabilities, Outcome outcome, double cost) {
      Answer answer = new Answer(probabilities, new float[0]);
      return new Worth(
          Score.logLoss(probabilities, 0, outcome), Score.netReturn(answer, 0, outcome, cost));
    }
  }

  synchronized void add(Worth worth) {
    samples++;
    logLoss += worth.logLoss();
    netReturn += worth.netReturn();
  }

  synchronized long samples() {
    return samples;
  }

  synchronized Means means() {
    long n = Math.max(1, samples);
    return Means.newBuilder().setLogLoss(logLoss / n).setNetReturn(netReturn / n).build();
  }

  synchronized ArmStatus.Builder on(ArmStatus.Builder status) {
    return status.setScored(samples).setOutcomes(means());
  }
}
