package ai.neo.orchestrator.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.strategy.Action;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.orchestrator.trading.OperatorCommand;
import ai.neo.riskrules.ModelDoubt;
import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import ai.neo.tradingtypes.OrderType;
import ai.neo.tradingtypes.Quote;
import ai.neo.tradingtypes.Side;
import ai.neo.tradingtypes.Trade;
import ai.neo.tradingtypes.encoding.TlvException;
import ai.neo.tradingtypes.encoding.TlvWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
  private static final Prediction PREDICTION =
      new Prediction(
          7, 1, 55, "direction", "3", "abc", 2, 0.2f, 0.3f, 0.5f, -0.001f, ModelDoubt.NONE);
  private static final Fill FILL =
      new Fill("sim-1", "neo-1-1", 1, "model", Side.SELL, 100, 200, -3, 88);

  static List<LoopEvent> events() {
    return List.of(
        new LoopEvent.MarketData(new Bar(3, 10, 20, 5, 9, 4, 6, 0)),
        new LoopEvent.MarketData(25, new Bar(3, 10, 20, 5, 9, 4, 6, 0)),
        new LoopEvent.MarketData(24, new BookChange(0, 20, Side.BUY, 5, 0, true)),
        new LoopEvent.FeedChanged(20, false, "the connection broke"),
        new LoopEvent.MarketData(new Trade(0, 20, 77, 5, 9, Side.SELL)),
        new LoopEvent.MarketData(new Quote(0, 20, 5, 1, 6, 2)),
        new LoopEvent.MarketData(new BookChange(0, 20, Side.BUY, 5, 0, true)),
        new LoopEvent.PredictionArrived(60, PREDICTION, 1234),
        new LoopEvent.PredictionArrived(60, doubting(0.125f, 0.1f), 1234),
        new LoopEvent.PredictionArrived(60, doubting(Float.NaN, 0f), 1234),
        new LoopEvent.PredictionArrived(60, doubting(Float.MIN_VALUE, Float.NaN), 1234),
        new LoopEvent.PredictionFailed(60, 7, "gateway UNAVAILABLE — away"),
        new LoopEvent.VenueReported(9, new ExecutionReport.Acknowledged("neo-1-1", 9)),
        new LoopEvent.VenueReported(9, new ExecutionReport.Rejected("neo-1-1", 9, "lot")),
        new LoopEvent.VenueReported(9, new ExecutionReport.Filled(FILL, true, 9)),
        new LoopEvent.VenueReported(9, new ExecutionReport.Cancelled("neo-1-1", 9, "asked")),
        new LoopEvent.VenueReported(9, new ExecutionReport.Expired("neo-1-1", 9, "time")),
        new LoopEvent.VenueReported(9, new ExecutionReport.OutcomeUnknown("neo-1-1", 9, "5xx")),
        new LoopEvent.FeedbackTaken(5, 7, "LEARNED", 12),
        new LoopEvent.ModelChanged(
            5, LoopEvent.ModelChanged.Kind.ROLLED_BACK, "direction", "2", "d", "3", 4, "worse"),
        new LoopEvent.OperatorCommanded(5, OperatorCommand.KILL, "op", ""),
        new LoopEvent.FeedEnded(99));
  }

  static List<LoopCommand> commands() {
    return List.of(
        new LoopCommand.Submit(
            8, new Order("neo-1-2", 1, "model", Side.BUY, OrderType.LIMIT, 5, 6, true, 44, 8)),
        new LoopCommand.Cancel(8, "neo-1-2"),
        new LoopCommand.Decide(8, decision(new Decision.Verdict.None(), Double.NaN)),
        new LoopCommand.Decide(8, decision(new Decision.Verdict.Approved(), 0.75)),
        new LoopCommand.Decide(
            8, decision(new Decision.Verdict.Refused("order-size", "5", "6"), 0.75)),
        new LoopCommand.Alert(8, LoopCommand.Alert.Severity.CRITICAL, "halted"));
  }

  private static Prediction doubting(float uncertainty, float reconstructionError) {
    return new Prediction(
        7,
        1,
        55,
        "direction",
        "3",
        "abc",
        2,
        0.2f,
        0.3f,
        0.5f,
        -0.001f,
        new ModelDoubt(uncertainty, reconstructionError));
  }

  private static Decision decision(Decision.Verdict verdict, double confidence) {
    return new Decision(
        4, 8, 1, "model", Action.SELL, "v3 says SELL", 7, "3", confidence, true, verdict, "");
  }

  @ParameterizedTest
  @MethodSource("events")
  void anEventComesBackAsItWas(LoopEvent event) {
    ByteBuffer payload = buffer();
    EventCodec.write(event, new TlvWriter(payload));
    assertThat(EventCodec.read(frame(EventCodec.type(event), event.timeNs(), payload)))
        .isEqualTo(event);
  }

  @ParameterizedTest
  @MethodSource("commands")
  void aCommandComesBackAsItWas(LoopCommand command) {
    assertThat(roundTrip(command)).isEqualTo(command);
  }

  @Test
  void arraysOfFeaturesComeBackBitForBit() {
    float[] features = {1.5f, -0f, Float.MIN_VALUE, Float.NaN};
    LoopCommand.Predict predict =
        (LoopCommand.Predict) roundTrip(new LoopCommand.Predict(8, 7, 1, features, 9));
    assertThat(predict.features()).containsExactly(features);
    LoopCommand.Learn learn =
        (LoopCommand.Learn)
            roundTrip(new LoopCommand.Learn(8, PREDICTION, features, Action.BUY, 0.01f));
    assertThat(learn.features()).containsExactly(features);
    assertThat(learn.prediction()).isEqualTo(PREDICTION);
    assertThat(learn.label()).isEqualTo(Action.BUY);
    assertThat(learn.forwardReturn()).isEqualTo(0.01f);
  }

  @Test
  void aPredictionWithoutDoubtHasTheBytesThatItHadBeforeThereWasAny() {
    ByteBuffer before = buffer();
    new TlvWriter(before)
        .putLong(256, 7)
        .putInt(257, 1)
        .putLong(258, 55)
        .putString(259, "direction")
        .putString(260, "3")
        .putString(261, "abc")
        .putLong(262, 2)
        .putFloats(263, new float[] {0.2f, 0.3f, 0.5f, -0.001f})
        .putLong(264, 1234);
    LoopEvent event = new LoopEvent.PredictionArrived(60, PREDICTION, 1234);
    ByteBuffer now = buffer();
    EventCodec.write(event, new TlvWriter(now));
    assertThat(now.flip()).isEqualTo(before.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip());
    assertThat(EventCodec.read(frame(FrameType.PREDICTION_ARRIVED, 60, before))).isEqualTo(event);
  }

  @Test
  void aLearnedPredictionKeepsItsDoubt() {
    LoopCommand.Learn learn =
        (LoopCommand.Learn)
            roundTrip(
                new LoopCommand.Learn(8, doubting(0.25f, 3f), new float[] {1f}, Action.BUY, 0.01f));
    assertThat(learn.prediction().doubt()).isEqualTo(new ModelDoubt(0.25f, 3f));
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY, 1e300})
  void aDoubtThatIsNoneIsRefused(double value) {
    for (int tag : new int[] {291, 292}) {
      ByteBuffer payload = buffer();
      TlvWriter to = new TlvWriter(payload);
      EventCodec.write(new LoopEvent.PredictionArrived(60, PREDICTION, 1234), to);
      to.putDouble(tag, value);
      assertThatThrownBy(() -> EventCodec.read(frame(FrameType.PREDICTION_ARRIVED, 60, payload)))
          .isInstanceOf(TlvException.class)
          .hasMessageContaining("expected a finite number of zero or more");
    }
  }

  @Test
  void aPayloadCutAnywhereIsRefused() {
    LoopEvent event = new LoopEvent.PredictionArrived(60, PREDICTION, 1234);
    ByteBuffer payload = buffer();
    EventCodec.write(event, new TlvWriter(payload));
    int whole = payload.position();
    Stream.iterate(0, cut -> cut < whole, cut -> cut + 1)
        .forEach(
            cut -> {
              ByteBuffer part = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(cut);
              assertThatThrownBy(
                      () -> EventCodec.read(frame(FrameType.PREDICTION_ARRIVED, 60, part)))
                  .as("cut=%d", cut)
                  .isInstanceOf(TlvException.class);
            });
  }

  private static LoopCommand roundTrip(LoopCommand command) {
    ByteBuffer payload = buffer();
    CommandCodec.write(command, new TlvWriter(payload));
    return CommandCodec.read(frame(CommandCodec.type(command), command.timeNs(), payload));
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static Frame frame(int type, long timeNs, ByteBuffer written) {
    ByteBuffer payload = written.duplicate().flip().slice().order(ByteOrder.LITTLE_ENDIAN);
    return new Frame(type, 1, timeNs, payload, 0);
  }
}
