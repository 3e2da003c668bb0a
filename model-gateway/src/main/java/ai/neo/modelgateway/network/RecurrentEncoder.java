package ai.neo.modelgateway.network;

import java.util.Arrays;

/** See {@link RecurrentShape}. */
final class RecurrentEncoder implements Encoder {
  private final RecurrentShape shape;
  private final Dense fromInput;
  private final Dense fromState;
  private final Dense query;
  private final Dense joined;
  private final Dense output;

  RecurrentEncoder(RecurrentShape shape, Parameters parameters) {
    this.shape = shape;
    int wide = shape.gates() * shape.hidden();
    float[] inputWeight = parameters.next();
    float[] stateWeight = parameters.next();
    fromInput = new Dense(wide, shape.vector(), inputWeight, parameters.next());
    fromState = new Dense(wide, shape.hidden(), stateWeight, parameters.next());
    query = parameters.dense();
    joined = parameters.dense();
    output = parameters.dense();
  }

  @Override
  public Dense output() {
    return output;
  }

  @Override
  public Pass begin() {
    return new Run();
  }

  private final class Run implements Pass {
    private final int hidden = shape.hidden();
    private final float[] gates = new float[shape.gates() * hidden];
    private final float[] stateGates = new float[shape.gates() * hidden];
    private final float[] cell = new float[hidden];
    private final float[] start = new float[hidden];
    private final float[] states = new float[shape.window() * hidden];
    private final float[] asked = new float[hidden];
    private final float[] found = new float[2 * hidden];
    private final float[] shares = new float[shape.window()];

    @Override
    public void encode(float[] row, float[] representation) {
      Arrays.fill(cell, 0f);
      for (int t = 0; t < shape.window(); t++) {
        fromInput.apply(row, t * shape.vector(), gates, 0);
        float[] before = t == 0 ? start : states;
        fromState.apply(before, t == 0 ? 0 : (t - 1) * hidden, stateGates, 0);
        if (shape.architecture() == Architecture.LSTM) {
          lstm(t * hidden);
        } else {
          gru(before, t == 0 ? 0 : (t - 1) * hidden, t * hidden);
        }
      }
      attend(representation);
    }

    private void lstm(int to) {
      for (int i = 0; i < gates.length; i++) {
        gates[i] += stateGates[i];
      }
      for (int i = 0; i < hidden; i++) {
        float in = Exponential.logistic(gates[i]);
        float forget = Exponential.logistic(gates[hidden + i]);
        float candidate = Exponential.tanh(gates[2 * hidden + i]);
        float out = Exponential.logistic(gates[3 * hidden + i]);
        cell[i] = forget * cell[i] + in * candidate;
        states[to + i] = out * Exponential.tanh(cell[i]);
      }
    }

    private void gru(float[] before, int from, int to) {
      for (int i = 0; i < hidden; i++) {
        float reset = Exponential.logistic(gates[i] + stateGates[i]);
        float update = Exponential.logistic(gates[hidden + i] + stateGates[hidden + i]);
        float candidate =
            Exponential.tanh(gates[2 * hidden + i] + reset * stateGates[2 * hidden + i]);
        states[to + i] = (1 - update) * candidate + update * before[from + i];
      }
    }

    private void attend(float[] representation) {
      int last = (shape.window() - 1) * hidden;
      query.apply(states, last, asked, 0);
      float scale = (float) (1 / Math.sqrt(hidden));
      for (int t = 0; t < shape.window(); t++) {
        float score = 0;
        for (int i = 0; i < hidden; i++) {
          score += asked[i] * states[t * hidden + i];
        }
        shares[t] = score * scale;
      }
      Exponential.softmax(shares, 0, shares.length);
      Arrays.fill(found, 0, hidden, 0f);
      for (int t = 0; t < shape.window(); t++) {
        for (int i = 0; i < hidden; i++) {
          found[i] += shares[t] * states[t * hidden + i];
        }
      }
      System.arraycopy(states, last, found, hidden, hidden);
      joined.apply(found, 0, representation, 0);
      Dense.rectify(representation, 0, hidden);
    }
  }
}
