package ai.neo.modelgateway.network;

import java.util.Arrays;

/**
 * A trained network that tells the direction of the next move: an encoder as its {@linkplain
 * NetworkShape shape} says, three logits (SELL, HOLD, BUY) and one expected return, inputs
 * {@linkplain Standardisation standardised}, probabilities {@linkplain Calibration calibrated}.
 * Immutable: learning makes a new one.
 */
public final class DirectionNetwork {
  /** Name of the artifact format, see {@link NetworkFormat}. */
  public static final String FORMAT = "neo-djl";

  private final NetworkShape shape;
  private final Standardisation standardisation;
  private final Objective objective;
  private final Provenance provenance;
  private final Uncertainty uncertainty;
  private final Calibration calibration;
  private final float[] parameters;

  /** How it answers beside its weights. */
  private record Manner(Uncertainty uncertainty, Calibration calibration) {}

  /**
   * A network that tells no uncertainty and is not calibrated. Checks that the parts fit each other
   * and that each parameter is finite.
   */
  public DirectionNetwork(
      NetworkShape shape,
      Standardisation standardisation,
      Objective objective,
      Provenance provenance,
      float[] parameters) {
    this(
        shape,
        standardisation,
        objective,
        provenance,
        new Manner(Uncertainty.NONE, Calibration.NONE),
        parameters);
  }

  private DirectionNetwork(
      NetworkShape shape,
      Standardisation standardisation,
      Objective objective,
      Provenance provenance,
      Manner manner,
      float[] parameters) {
    if (standardisation.features() != shape.features()) {
      throw new IllegalArgumentException(
          "standardisation covers "
              + standardisation.features()
              + " features, the network has "
              + shape.features());
    }
    if (!standardisation.repeats(shape.vector())) {
      throw new IllegalArgumentException("the vectors of a row must all be scaled alike");
    }
    if (parameters.length != shape.parameters()) {
      throw new IllegalArgumentException(
          "the network has "
              + shape.parameters()
              + " parameters, "
              + parameters.length
              + " were given");
    }
    for (int i = 0; i < parameters.length; i++) {
      if (!Float.isFinite(parameters[i])) {
        throw new IllegalArgumentException("parameter " + i + " is " + parameters[i]);
      }
    }
    this.shape = shape;
    this.standardisation = standardisation;
    this.objective = objective;
    this.provenance = provenance;
    this.uncertainty = manner.uncertainty();
    this.calibration = manner.calibration();
    this.parameters = parameters.clone();
  }

  /** The same weights, answering in another way. */
  public DirectionNetwork answering(Uncertainty told, Calibration calibrated) {
    return new DirectionNetwork(
        shape, standardisation, objective, provenance, new Manner(told, calibrated), parameters);
  }

  /**
   * The same network with other parameters, calibrated as before; {@link #answering} calibrates it
   * anew. Learned by {@code engine} on {@code cpu}.
   */
  public DirectionNetwork withParameters(float[] learned, String engine, String cpu) {
    Provenance where = new Provenance(provenance.featureSetId(), engine, cpu, provenance.seed());
    return new DirectionNetwork(
        shape, standardisation, objective, where, new Manner(uncertainty, calibration), learned);
  }

  public NetworkShape shape() {
    return shape;
  }

  public Standardisation standardisation() {
    return standardisation;
  }

  public Objective objective() {
    return objective;
  }

  public Provenance provenance() {
    return provenance;
  }

  public Uncertainty uncertainty() {
    return uncertainty;
  }

  public Calibration calibration() {
    return calibration;
  }

  /** A copy of the flat parameters, in the order of {@link NetworkShape}. */
  public float[] parameters() {
    return parameters.clone();
  }

  float parameter(int at) {
    return parameters[at];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DirectionNetwork that
        && shape.equals(that.shape)
        && standardisation.equals(that.standardisation)
        && objective.equals(that.objective)
        && provenance.equals(that.provenance)
        && uncertainty.equals(that.uncertainty)
        && calibration.equals(that.calibration)
        && Arrays.equals(parameters, that.parameters);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(parameters);
  }
}
