package ai.neo.modelgateway.network;

/**
 * Where each layer's parameters lie in one flat array: F → H → H → 4, the last four being the
 * logits of SELL, HOLD, BUY and the expected return in units of its scale.
 */
record Shape(int features, int hidden) {
  static final int OUTPUTS = 4;
  static final int ACTIONS = 3;

  int weights1() {
    return 0;
  }

  int bias1() {
    return features * hidden;
  }

  int weights2() {
    return bias1() + hidden;
  }

  int bias2() {
    return weights2() + hidden * hidden;
  }

  int weights3() {
    return bias2() + hidden;
  }

  int bias3() {
    return weights3() + hidden * OUTPUTS;
  }

  int size() {
    return bias3() + OUTPUTS;
  }
}
