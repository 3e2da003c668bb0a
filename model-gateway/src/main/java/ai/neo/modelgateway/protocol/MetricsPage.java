package ai.neo.modelgateway.protocol;

import ai.neo.modelgateway.forward.ForwardStatus;
import ai.neo.modelgateway.routing.ActiveRoutes;
import ai.neo.modelgateway.serving.CatalogEntry;
import ai.neo.modelgateway.serving.RegistryLink;
import ai.neo.modelgateway.serving.ServedVersion;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionStatistics;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.SwapReceipt;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The gateway's metrics in Prometheus's text format: Triton's names, and ours beside them. */
public final class MetricsPage {

  /** What a scraper expects of this format. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final long NS_PER_US = 1_000;

  private final ServingCatalog catalog;
  private final Supplier<List<LearnerStatus>> learners;
  private final Supplier<List<ForwardStatus>> forwarded;
  private final ActiveRoutes routes;

  /**
   * @param learners what each learner has done so far; must not block
   * @param elsewhere servers that are forwarded to, and routes
   */
  public MetricsPage(
      ServingCatalog catalog, Supplier<List<LearnerStatus>> learners, OtherModels elsewhere) {
    this.catalog = catalog;
    this.learners = learners;
    this.forwarded = elsewhere.forwarding()::statuses;
    this.routes = elsewhere.routes();
  }

  /** The page as of now. */
  public String text() {
    List<CatalogEntry> entries = catalog.entries();
    StringBuilder page = new StringBuilder(4096);
    counter(
        page,
        entries,
        "nv_inference_request_success",
        "Requests answered",
        statistics -> statistics.totals().successes());
    failures(page, entries);
    help(page, "nv_inference_count", "counter", "Inferences: rows, where the model batches");
    eachVersion(
        page,
        entries,
        "nv_inference_count",
        "",
        version ->
            OptionalLong.of(version.statistics().totals().inferences(version.maxBatchSize())));
    counter(
        page,
        entries,
        "nv_inference_exec_count",
        "Engine executions",
        statistics ->
            statistics.executions().stream().mapToLong(VersionStatistics.Executions::count).sum());
    help(page, "nv_inference_pending_request_count", "gauge", "Requests that wait their turn");
    each(page, entries, "nv_inference_pending_request_count", "", VersionStatistics::waiting);
    counter(
        page,
        entries,
        "nv_inference_request_duration_us",
        "Receipt to answer, cumulative",
        statistics -> statistics.totals().successNs() / NS_PER_US);
    counter(
        page,
        entries,
        "nv_inference_queue_duration_us",
        "Waiting, cumulative",
        statistics -> statistics.totals().queueNs() / NS_PER_US);
    counter(
        page,
        entries,
        "nv_inference_compute_input_duration_us",
        "Reading inputs, cumulative",
        statistics -> statistics.totals().inputNs() / NS_PER_US);
    counter(
        page,
        entries,
        "nv_inference_compute_infer_duration_us",
        "In the engine, cumulative",
        statistics -> statistics.totals().inferNs() / NS_PER_US);
    counter(
        page,
        entries,
        "nv_inference_compute_output_duration_us",
        "Writing outputs, cumulative",
        statistics -> statistics.totals().outputNs() / NS_PER_US);
    counter(
        page,
        entries,
        "neo_inference_rows_total",
        "Feature rows answered",
        statistics -> statistics.totals().rows());
    registry(page);
    models(page, entries);
    offHeap(page, entries);
    swaps(page, entries);
    learners(page);
    QualityMetrics.write(page, learners.get());
    ForwardMetrics.write(page, forwarded.get());
    RouteMetrics.write(page, routes.statuses(), routes.trips());
    process(page);
    return page.toString();
  }

  private static void failures(StringBuilder page, List<CatalogEntry> entries) {
    String name = "nv_inference_request_failure";
    help(page, name, "counter", "Requests not answered, and why");
    for (VersionStatistics.Failure reason : VersionStatistics.Failure.values()) {
      each(
          page,
          entries,
          name,
          ",reason=\"" + reason + '"',
          statistics -> statistics.failures(reason));
    }
  }

  private static void counter(
      StringBuilder page,
      List<CatalogEntry> entries,
      String name,
      String help,
      ToLongFunction<VersionStatistics> value) {
    help(page, name, "counter", help);
    each(page, entries, name, "", value);
  }

  private static void each(
      StringBuilder page,
      List<CatalogEntry> entries,
      String name,
      String label,
      ToLongFunction<VersionStatistics> value) {
    eachVersion(
        page,
        entries,
        name,
        label,
        version -> OptionalLong.of(value.applyAsLong(version.statistics())));
  }

  private static void eachVersion(
      StringBuilder page,
      List<CatalogEntry> entries,
      String name,
      String label,
      Function<ServedVersion, OptionalLong> value) {
    for (CatalogEntry entry : entries) {
      for (ServedVersion version : entry.versions()) {
        value
            .apply(version)
            .ifPresent(
                number ->
                    page.append(name)
                        .append("{model=\"")
                        .append(escaped(entry.model()))
                        .append("\",version=\"")
                        .append(version.version())
                        .append('"')
                        .append(label)
                        .append("} ")
                        .append(number)
                        .append('\n'));
      }
    }
  }

  private void registry(StringBuilder page) {
    RegistryLink.State state = catalog.registryLink().state();
    if (state != RegistryLink.State.UNUSED) {
      String name = "neo_registry_up";
      help(page, name, "gauge", "Whether the registry is heard and its champions are followed");
      page.append(name).append(state == RegistryLink.State.UP ? " 1\n" : " 0\n");
    }
  }

  private static void models(StringBuilder page, List<CatalogEntry> entries) {
    help(page, "neo_model_champion_version", "gauge", "The version that answers by default");
    for (CatalogEntry entry : entries) {
      entry.champion().ifPresent(v -> line(page, "neo_model_champion_version", entry.model(), v));
    }
    help(page, "neo_model_epoch", "gauge", "Moves of the champion by the ledger");
    for (CatalogEntry entry : entries) {
      line(page, "neo_model_epoch", entry.model(), Long.toString(entry.epoch()));
    }
  }

  private static void offHeap(StringBuilder page, List<CatalogEntry> entries) {
    String name = "neo_version_off_heap_bytes";
    help(page, name, "gauge", "Held outside of the heap, about; left out where not measured");
    eachVersion(page, entries, name, "", version -> version.loaded().offHeapBytes());
  }

  private void swaps(StringBuilder page, List<CatalogEntry> entries) {
    swap(page, entries, "p99_before_ns", SwapReceipt::getP99BeforeNs);
    swap(page, entries, "p99_after_ns", SwapReceipt::getP99AfterNs);
    swap(page, entries, "load_ns", SwapReceipt::getLoadNs);
    swap(page, entries, "warm_ns", SwapReceipt::getWarmNs);
  }

  private void swap(
      StringBuilder page,
      List<CatalogEntry> entries,
      String what,
      ToLongFunction<SwapReceipt> value) {
    String name = "neo_swap_" + what;
    help(page, name, "gauge", "Of the last change of the champion");
    for (CatalogEntry entry : entries) {
      catalog
          .lastSwap(entry.model())
          .ifPresent(
              swap -> line(page, name, entry.model(), Long.toString(value.applyAsLong(swap))));
    }
  }

  private void learners(StringBuilder page) {
    List<LearnerStatus> all = learners.get();
    learner(page, all, "learned_total", LearnerStatus::getLearned);
    learner(page, all, "duplicates_total", LearnerStatus::getDuplicates);
    learner(page, all, "refused_total", LearnerStatus::getRefused);
    learner(page, all, "late_total", LearnerStatus::getLate);
    learner(page, all, "unknown_total", LearnerStatus::getUnknown);
    learner(page, all, "foreign_total", LearnerStatus::getForeign);
    learner(page, all, "dead_letters_total", LearnerStatus::getDeadLetters);
    learner(page, all, "shortened_steps_total", LearnerStatus::getShortenedSteps);
    learner(page, all, "refused_steps_total", LearnerStatus::getRefusedSteps);
    learner(page, all, "journal_records_total", LearnerStatus::getJournalSequence);
    learner(page, all, "journal_bytes", LearnerStatus::getJournalBytes);
    learner(page, all, "excess_loss", LearnerStatus::getExcessLoss);
    learner(page, all, "drift", LearnerStatus::getDrift);
    learner(page, all, "updates_total", LearnerStatus::getUpdates);
    learner(page, all, "candidates_total", LearnerStatus::getCandidates);
    learner(page, all, "promotions_total", LearnerStatus::getPromotions);
    learner(page, all, "rollbacks_total", LearnerStatus::getRollbacks);
    learner(page, all, "frozen", status -> status.getFrozen() ? 1 : 0);
    learner(page, all, "recent_loss", LearnerStatus::getRecentLoss);
  }

  private static void learner(
      StringBuilder page,
      List<LearnerStatus> all,
      String what,
      Function<LearnerStatus, Number> value) {
    String name = "neo_learner_" + what;
    boolean counts = what.endsWith("_total");
    help(page, name, counts ? "counter" : "gauge", "Of the learner, since its journal began");
    for (LearnerStatus status : all) {
      line(page, name, status.getModel(), String.valueOf(value.apply(status)));
    }
  }

  private static void process(StringBuilder page) {
    var runtime = ManagementFactory.getRuntimeMXBean();
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    help(page, "process_start_time_seconds", "gauge", "When the process started");
    page.append(
        String.format(
            Locale.ROOT, "process_start_time_seconds %.3f\n", runtime.getStartTime() / 1e3));
    help(page, "jvm_memory_used_bytes", "gauge", "Heap in use");
    page.append("jvm_memory_used_bytes{area=\"heap\"} ").append(heap.getUsed()).append('\n');
  }

  private static void help(StringBuilder page, String name, String type, String help) {
    page.append("# HELP ").append(name).append(' ').append(help).append('\n');
    page.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  private static void line(StringBuilder page, String name, String model, String value) {
    page.append(name)
        .append("{model=\"")
        .append(escaped(model))
        .append("\"} ")
        .append(value)
        .append('\n');
  }

  static String escaped(String label) {
    return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }
}
