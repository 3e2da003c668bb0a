package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.tradingtypes.MarketEvent;
import java.util.Objects;

/**
 * Everything that can happen to the loop, in one total order. Times: nanoseconds since 1970 UTC.
 */
public sealed interface LoopEvent {
  /** When it happened, on the loop's clock. */
  long timeNs();

  /**
   * The market moved.
   *
   * @param timeNs when it was heard; on recorded data that is when it happened
   */
  record MarketData(long timeNs, MarketEvent event) implements LoopEvent {
    public MarketData {
      Objects.requireNonNull(event, "event");
    }

    /** Heard when it happened. */
    public MarketData(MarketEvent event) {
      this(event.timeNs(), event);
    }
  }

  /**
   * Live market data stopped or go on again.
   *
   * @param live whether what is heard from now on is the present state of the market
   */
  record FeedChanged(long timeNs, boolean live, String detail) implements LoopEvent {
    public FeedChanged {
      Objects.requireNonNull(detail, "detail");
    }
  }

  /**
   * A model answered in time.
   *
   * @param latencyNs measured; recorded, and never part of a decision
   */
  record PredictionArrived(long timeNs, Prediction prediction, long latencyNs)
      implements LoopEvent {
    public PredictionArrived {
      Objects.requireNonNull(prediction, "prediction");
    }
  }

  /** No usable answer: late, away, refused, malformed. */
  record PredictionFailed(long timeNs, long predictionId, String reason) implements LoopEvent {
    public PredictionFailed {
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** A venue said something of an order. */
  record VenueReported(long timeNs, ExecutionReport report) implements LoopEvent {
    public VenueReported {
      Objects.requireNonNull(report, "report");
    }
  }

  /** The learner took an outcome in, or said why not. */
  record FeedbackTaken(long timeNs, long predictionId, String outcome, long updates)
      implements LoopEvent {
    public FeedbackTaken {
      Objects.requireNonNull(outcome, "outcome");
    }
  }

  /** The version that serves changed, or a candidate came up. */
  record ModelChanged(
      long timeNs,
      Kind kind,
      String model,
      String version,
      String digest,
      String previousVersion,
      long epoch,
      String reason)
      implements LoopEvent {
    /** What changed. */
    public enum Kind {
      CURRENT,
      PROMOTED,
      ROLLED_BACK,
      CANDIDATE,
      REFUSED
    }

    public ModelChanged {
      Objects.requireNonNull(kind, "kind");
      Objects.requireNonNull(model, "model");
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(digest, "digest");
      Objects.requireNonNull(previousVersion, "previousVersion");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** A person, or a supervisor on a person's behalf, gave an order to the system. */
  record OperatorCommanded(long timeNs, OperatorCommand command, String actor, String reason)
      implements LoopEvent {
    public OperatorCommanded {
      Objects.requireNonNull(command, "command");
      Objects.requireNonNull(actor, "actor");
      Objects.requireNonNull(reason, "reason");
    }
  }

  /** The recording has ended, or the live feed was closed for good. */
  record FeedEnded(long timeNs) implements LoopEvent {}
}
