package ai.neo.modelgateway.learning;

/**
 * Non-negative numbers whose sum can be searched: a draw by weight takes log n steps. One thread.
 */
final class SumTree {
  private final int leaves;
  private final double[] sums; // node i has children 2i and 2i + 1; leaves from index `leaves` on

  SumTree(int size) {
    int power = 1;
    while (power < size) {
      power *= 2;
    }
    this.leaves = power;
    this.sums = new double[2 * power];
  }

  void set(int at, double value) {
    int node = leaves + at;
    sums[node] = value;
    // Summed anew from the children: differences would gather rounding errors for ever.
    for (node /= 2; node >= 1; node /= 2) {
      sums[node] = sums[2 * node] + sums[2 * node + 1];
    }
  }

  double get(int at) {
    return sums[leaves + at];
  }

  double total() {
    return sums[1];
  }

  /** Where the running sum passes {@code mass}, which is from 0 to below {@link #total}. */
  int find(double mass) {
    double left = mass;
    int node = 1;
    while (node < leaves) {
      node *= 2;
      // Never into an empty side, wherever rounding would lead.
      if (left >= sums[node] && sums[node + 1] > 0) {
        left -= sums[node];
        node++;
      }
    }
    return node - leaves;
  }
}
