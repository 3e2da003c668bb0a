package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.Answer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** The newest held-out samples: no weights have ever learned from one of them. One thread. */
final class EvaluationWindow {
  private final ArrayDeque<Sample> samples;
  private final int capacity;

  EvaluationWindow(int capacity) {
    this.capacity = capacity;
    this.samples = new ArrayDeque<>(capacity);
  }

  void add(Sample sample) {
    if (samples.size() == capacity) {
      samples.removeFirst();
    }
    samples.addLast(sample);
  }

  int size() {
    return samples.size();
  }

  /** Oldest first. */
  Collection<Sample> samples() {
    return samples;
  }

  /** The oldest of them, oldest first. */
  List<Sample> oldest(int count) {
    return samples.stream().limit(count).toList();
  }

  /** A window of those behind the oldest. */
  EvaluationWindow without(int oldest) {
    EvaluationWindow rest = new EvaluationWindow(capacity);
    samples.stream().skip(oldest).forEach(rest::add);
    return rest;
  }

  /** Whatever answers {@code rows} rows of features. */
  interface Answering {
    Answer infer(float[] rowMajorFeatures, int rows);
  }

  /** How a model does on the whole window. */
  Score score(Answering model, double cost) {
    Score.Sum sum = new Score.Sum();
    if (samples.isEmpty()) {
      return sum.mean();
    }
    int features = samples.getFirst().features().length;
    float[] rows = new float[samples.size() * features];
    int at = 0;
    for (Sample sample : samples) {
      System.arraycopy(sample.features(), 0, rows, at, features);
      at += features;
    }
    Answer answer = model.infer(rows, samples.size());
    Iterator<Sample> each = samples.iterator();
    for (int row = 0; row < samples.size(); row++) {
      sum.add(answer, row, each.next().outcome(), cost);
    }
    return sum.mean();
  }
}
