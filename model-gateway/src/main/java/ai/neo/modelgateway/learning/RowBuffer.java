package ai.neo.modelgateway.learning;

import ai.neo.proto.learning.v1.TrainRows;
import java.util.Arrays;

/** Rows as they come in, checked. */
final class RowBuffer {
  /** More than four years of minutes; a caller that sends more is wrong or hostile. */
  private static final int MAX_ROWS = 2_500_000;

  private final int width;
  private float[] features = new float[0];
  private int[] labels = new int[0];
  private float[] returns = new float[0];
  private int count;

  RowBuffer(int width) {
    if (width <= 0 || width > 4096) {
      throw new IllegalArgumentException("features=" + width + ", expected 1..4096");
    }
    this.width = width;
  }

  void add(TrainRows more) {
    int rows = more.getLabelsCount();
    if (more.getFeaturesCount() != rows * width || more.getForwardReturnCount() != rows) {
      throw new IllegalArgumentException(
          "rows="
              + rows
              + " come with "
              + more.getFeaturesCount()
              + " features and "
              + more.getForwardReturnCount()
              + " returns, expected "
              + rows * width
              + " and "
              + rows);
    }
    if (count + rows > MAX_ROWS) {
      throw new IllegalArgumentException("more than " + MAX_ROWS + " rows");
    }
    grow(count + rows);
    for (int i = 0; i < rows * width; i++) {
      features[count * width + i] = finite(more.getFeatures(i));
    }
    for (int i = 0; i < rows; i++) {
      int label = more.getLabels(i);
      if (label < 0 || label > 2) {
        throw new IllegalArgumentException("label=" + label + ", expected 0..2");
      }
      labels[count + i] = label;
      returns[count + i] = finite(more.getForwardReturn(i));
    }
    count += rows;
  }

  private static float finite(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException("a number is " + value + ", expected a finite one");
    }
    return value;
  }

  private void grow(int rows) {
    if (rows > labels.length) {
      int capacity = Math.max(rows, labels.length * 2);
      features = Arrays.copyOf(features, capacity * width);
      labels = Arrays.copyOf(labels, capacity);
      returns = Arrays.copyOf(returns, capacity);
    }
  }

  Trainer.Rows rows() {
    return new Trainer.Rows(
        width,
        Arrays.copyOf(features, count * width),
        Arrays.copyOf(labels, count),
        Arrays.copyOf(returns, count));
  }
}
