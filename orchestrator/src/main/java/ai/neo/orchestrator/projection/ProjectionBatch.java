package ai.neo.orchestrator.projection;

import ai.neo.featurestore.FeatureVector;
import ai.neo.orchestrator.execution.ExecutionReport;
import ai.neo.orchestrator.journal.JournaledRun;
import ai.neo.orchestrator.strategy.Prediction;
import ai.neo.orchestrator.trading.Decision;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.Fill;
import ai.neo.tradingtypes.Order;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The rows that some journal entries make, by table. */
final class ProjectionBatch {
  static final String DECISIONS =
      "INSERT INTO neo.decision VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)"
          + " ON CONFLICT DO NOTHING";
  static final String PREDICTIONS =
      "INSERT INTO neo.prediction VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)"
          + " ON CONFLICT DO NOTHING";
  static final String ORDERS =
      "INSERT INTO neo.trade_order VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,'SENT',0)"
          + " ON CONFLICT DO NOTHING";
  static final String FILLS =
      "INSERT INTO neo.fill VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"
          + " ON CONFLICT DO NOTHING";
  static final String STATUS =
      "UPDATE neo.trade_order SET status=$3, filled_e8=filled_e8+$4"
          + " WHERE run_id=$1 AND client_order_id=$2";
  static final String MODEL_CHANGES =
      "INSERT INTO neo.model_change VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)"
          + " ON CONFLICT DO NOTHING";

  private final String runId;
  private final List<String> symbols;
  private final String featureSetId;
  private final List<FeatureVector> vectors = new ArrayList<>();
  private final Map<String, List<Tuple>> rows = new LinkedHashMap<>();
  private long lastSequence;
  private int entries;

  ProjectionBatch(JournalProjection.Run run) {
    this.runId = run.runId();
    this.symbols = run.symbols();
    this.featureSetId = run.featureSetId();
    for (String statement : List.of(DECISIONS, PREDICTIONS, ORDERS, FILLS, STATUS, MODEL_CHANGES)) {
      rows.put(statement, new ArrayList<>());
    }
  }

  /** Rows by statement, in the order in which the statements have to run. */
  Map<String, List<Tuple>> rows() {
    return rows;
  }

  /** What the model was asked with. */
  List<FeatureVector> vectors() {
    return vectors;
  }

  long lastSequence() {
    return lastSequence;
  }

  int entries() {
    return entries;
  }

  void add(JournaledRun.Entry entry) {
    entries++;
    lastSequence = entry.sequence();
    switch (entry) {
      case JournaledRun.Entry.Heard(long sequence, LoopEvent event) -> heard(sequence, event);
      case JournaledRun.Entry.Said(long sequence, LoopCommand command) -> {
        if (command instanceof LoopCommand.Predict asked) {
          vectors.add(
              new FeatureVector(
                  symbols.get(asked.instrument()), featureSetId, asked.timeNs(), asked.features()));
        } else if (command instanceof LoopCommand.Decide decide) {
          decision(decide.decision());
        } else if (command instanceof LoopCommand.Submit submit) {
          order(submit.order());
        }
      }
    }
  }

  private void heard(long sequence, LoopEvent event) {
    if (event instanceof LoopEvent.PredictionArrived arrived) {
      Prediction p = arrived.prediction();
      rows.get(PREDICTIONS)
          .add(
              Tuple.from(
                  Arrays.asList(
                      runId,
                      p.id(),
                      time(p.barTimeNs()),
                      symbols.get(p.instrument()),
                      p.model(),
                      p.version(),
                      p.digest(),
                      p.sell(),
                      p.hold(),
                      p.buy(),
                      arrived.latencyNs(),
                      p.doubt().hasUncertainty() ? p.doubt().uncertainty() : null,
                      p.doubt().hasReconstructionError()
                          ? p.doubt().reconstructionError()
                          : null)));
    } else if (event instanceof LoopEvent.VenueReported reported) {
      report(sequence, reported.report());
    } else if (event instanceof LoopEvent.ModelChanged c) {
      rows.get(MODEL_CHANGES)
          .add(
              Tuple.from(
                  List.of(
                      runId,
                      sequence,
                      time(c.timeNs()),
                      c.kind().name(),
                      c.model(),
                      c.version(),
                      c.digest(),
                      c.previousVersion(),
                      c.epoch(),
                      c.reason())));
    }
  }

  private void report(long sequence, ExecutionReport report) {
    String status =
        switch (report) {
          case ExecutionReport.Acknowledged r -> "ACKNOWLEDGED";
          case ExecutionReport.Rejected r -> "REJECTED";
          case ExecutionReport.Filled r -> r.complete() ? "FILLED" : "PARTIALLY_FILLED";
          case ExecutionReport.Cancelled r -> "CANCELLED";
          case ExecutionReport.Expired r -> "EXPIRED";
          case ExecutionReport.OutcomeUnknown r -> "UNKNOWN";
        };
    long filled = 0;
    if (report instanceof ExecutionReport.Filled(Fill fill, boolean complete, long timeNs)) {
      filled = fill.quantityE8();
      rows.get(FILLS)
          .add(
              Tuple.from(
                  List.of(
                      runId,
                      "simulated",
                      fill.tradeId(),
                      fill.clientOrderId(),
                      time(fill.timeNs()),
                      symbols.get(fill.instrument()),
                      fill.strategy(),
                      fill.side().name(),
                      fill.priceE8(),
                      fill.quantityE8(),
                      fill.feeE8(),
                      sequence)));
    }
    rows.get(STATUS).add(Tuple.of(runId, report.clientOrderId(), status, filled));
  }

  private void decision(Decision d) {
    String verdict = "none";
    String rule = "";
    String limit = "";
    String observed = "";
    switch (d.verdict()) {
      case Decision.Verdict.None none -> { // Nothing was asked of risk.
      }
      case Decision.Verdict.Approved approved -> verdict = "approved";
      case Decision.Verdict.Refused refused -> {
        verdict = "refused";
        rule = refused.rule();
        limit = refused.limit();
        observed = refused.observed();
      }
    }
    List<Object> row = new ArrayList<>(16);
    row.addAll(
        List.of(
            runId,
            d.id(),
            time(d.timeNs()),
            symbols.get(d.instrument()),
            d.strategy(),
            d.action().name(),
            d.reason(),
            d.predictionId(),
            d.modelVersion()));
    row.add(Double.isNaN(d.confidence()) ? null : d.confidence());
    row.addAll(List.of(d.fallback(), verdict, rule, limit, observed, d.clientOrderId()));
    rows.get(DECISIONS).add(Tuple.from(row));
  }

  private void order(Order order) {
    rows.get(ORDERS)
        .add(
            Tuple.from(
                List.of(
                    runId,
                    order.clientOrderId(),
                    time(order.createdNs()),
                    symbols.get(order.instrument()),
                    order.strategy(),
                    order.side().name(),
                    order.type().name(),
                    order.quantityE8(),
                    order.limitPriceE8(),
                    order.decisionId())));
  }

  static OffsetDateTime time(long ns) {
    return Instant.ofEpochSecond(
            Math.floorDiv(ns, 1_000_000_000L), Math.floorMod(ns, 1_000_000_000L))
        .atOffset(ZoneOffset.UTC);
  }
}
