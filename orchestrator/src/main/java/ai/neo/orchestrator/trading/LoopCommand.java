package ai.neo.orchestrator.trading;

import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.tradingtypes.Order;
import java.util.Objects;

/** Everything the loop asks of the world, in one total order. */
public sealed interface LoopCommand {
  /** When it was asked, on the loop's clock. */
  long timeNs();

  /**
   * Ask the model. The array is the command's own and is never written again.
   *
   * @param deadlineNs by when, on the loop's clock, an answer is of use
   */
  record Predict(long timeNs, long predictionId, int instrument, float[] features, long deadlineNs)
      implements LoopCommand {
    public Predict {
      Objects.requireNonNull(features, "features");
    }
  }

  /** Send an order. Its intent is in the journal before this command is carried out. */
  record Submit(long timeNs, Order order) implements LoopCommand {
    public Submit {
      Objects.requireNonNull(order, "order");
    }
  }

  /** Take back what is left of an order. */
  record Cancel(long timeNs, String clientOrderId) implements LoopCommand {
    public Cancel {
      Objects.requireNonNull(clientOrderId, "clientOrderId");
    }
  }

  /**
   * Tell the learner what came of a prediction.
   *
   * @param label what would have been right
   * @param forwardReturn realised over the horizon, a fraction
   */
  record Learn(
      long timeNs, Prediction prediction, float[] features, Action label, float forwardReturn)
      implements LoopCommand {
    public Learn {
      Objects.requireNonNull(prediction, "prediction");
      Objects.requireNonNull(features, "features");
      Objects.requireNonNull(label, "label");
    }
  }

  /** What was decided and why: for the journal, the page and the digest. */
  record Decide(long timeNs, Decision decision) implements LoopCommand {
    public Decide {
      Objects.requireNonNull(decision, "decision");
    }
  }

  /** Something a person should see. */
  record Alert(long timeNs, Severity severity, String text) implements LoopCommand {
    /** How urgent. */
    public enum Severity {
      INFO,
      WARNING,
      CRITICAL
    }

    public Alert {
      Objects.requireNonNull(severity, "severity");
      Objects.requireNonNull(text, "text");
    }
  }
}
