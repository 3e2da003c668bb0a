package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.engine.BackgroundThreads;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.quality.InputReference;
import ai.neo.modelgateway.quality.QualitySettings;
import ai.neo.modelgateway.serving.RegistryException;
import ai.neo.modelgateway.serving.ServingCatalog;
import ai.neo.modelgateway.serving.VersionRegistry;
import ai.neo.proto.learning.v1.ExportRequest;
import ai.neo.proto.learning.v1.ExportResponse;
import ai.neo.proto.learning.v1.FreezeRequest;
import ai.neo.proto.learning.v1.GetLearnerStatusRequest;
import ai.neo.proto.learning.v1.LearnRequest;
import ai.neo.proto.learning.v1.LearnResponse;
import ai.neo.proto.learning.v1.LearnerStatus;
import ai.neo.proto.learning.v1.LearningServiceGrpc;
import ai.neo.proto.learning.v1.ModelChange;
import ai.neo.proto.learning.v1.PromoteRequest;
import ai.neo.proto.learning.v1.ReplayLearningRequest;
import ai.neo.proto.learning.v1.ReplayLearningResponse;
import ai.neo.proto.learning.v1.RollbackRequest;
import ai.neo.proto.learning.v1.SwapReceipt;
import ai.neo.proto.learning.v1.TrainProgress;
import ai.neo.proto.learning.v1.TrainRequest;
import ai.neo.proto.learning.v1.WatchModelsRequest;
import ai.neo.proto.registry.v1.ModelVersion;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The learning service: training, learning from outcomes, and the swap of the version that serves.
 * All that changes one model runs on one thread of its own, in the order of the calls; an answer is
 * sent after its call is carried out. Never blocks the transport's threads. Safe for any thread.
 */
public final class LearningService extends LearningServiceGrpc.LearningServiceImplBase
    implements AutoCloseable {
  /** Each holds a thread and some ten megabytes; a house trades with a few models. */
  private static final int MAX_MODELS = 64;

  /** Trainings that may wait for the one that runs: their rows wait in memory. */
  private static final int MAX_WAITING_TRAININGS = 2;

  private static final long CLOSE_SECONDS = 30;

  private static final String TRAINER = "trainer";

  /** As the registry has it; a name that is a folder must not lead elsewhere. */
  private static final String MODEL_NAME = "[a-z0-9][a-z0-9-]{0,62}";

  private static final Logger LOG = LoggerFactory.getLogger(LearningService.class);

  private final LearningSettings settings;
  private final ServingCatalog catalog;
  private final VersionRegistry registry;
  private final Optional<Path> directory;
  private final QualitySettings quality;
  private final Consumer<LearnRequest> outcomes;
  private final Trainer trainer;
  private final ThreadPoolExecutor training;
  private final Map<String, ModelLane> lanes = new HashMap<>();
  private final RecentFeatures recent = new RecentFeatures();
  private volatile boolean closed;

  /**
   * How every model learns and is watched.
   *
   * @param learning how samples become weights, and weights candidates
   * @param quality what is watched, and what makes a new training due
   */
  public record Settings(LearningSettings learning, QualitySettings quality) {}

  /** Learners that keep nothing on disk. */
  public LearningService(
      LearningSettings settings, ServingCatalog catalog, VersionRegistry registry) {
    this(
        new Settings(settings, QualitySettings.defaults()),
        catalog,
        registry,
        Optional.empty(),
        outcome -> {});
  }

  /**
   * @param directory under which each model's learner keeps its journal, in a folder of its name;
   *     empty: nothing is kept, and a learner dies with the process
   * @param outcomes told of all feedback, before anything is learned from it; must not block
   */
  public LearningService(
      Settings settings,
      ServingCatalog catalog,
      VersionRegistry registry,
      Optional<Path> directory,
      Consumer<LearnRequest> outcomes) {
    this.settings = settings.learning();
    this.quality = settings.quality();
    this.outcomes = outcomes;
    this.catalog = catalog;
    this.registry = registry;
    this.directory = directory;
    this.trainer = new Trainer(settings.learning());
    this.training =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING_TRAININGS),
            BackgroundThreads.named(TRAINER),
            new ThreadPoolExecutor.AbortPolicy());
  }

  @Override
  public StreamObserver<TrainRequest> train(StreamObserver<TrainProgress> caller) {
    ServerCallStreamObserver<TrainProgress> call = (ServerCallStreamObserver<TrainProgress>) caller;
    // With a handler, an answer to a caller that has gone is dropped instead of thrown back.
    call.setOnCancelHandler(() -> {});
    return new TrainingCall(
        call,
        settings,
        (order, answer) ->
            Failures.answer(
                answer,
                () ->
                    training.execute(
                        () -> Failures.answer(answer, () -> trainAndRegister(order, answer)))));
  }

  @Override
  public void learn(LearnRequest request, StreamObserver<LearnResponse> caller) {
    recent.add(request);
    outcomes.accept(request);
    if (lane(request.getModel()).isEmpty() && catalog.champion(request.getModel()).isEmpty()) {
      caller.onNext(
          LearnResponse.newBuilder()
              .setOutcome(LearnResponse.Outcome.REFUSED)
              .setReason("model " + request.getModel() + " has no champion to learn from")
              .build());
      caller.onCompleted();
      return;
    }
    inLane(request.getModel(), caller, learner -> learner.learn(request));
  }

  @Override
  public void promote(PromoteRequest request, StreamObserver<SwapReceipt> caller) {
    inLane(
        request.getModel(),
        caller,
        learner -> {
          learner.follow();
          SwapReceipt receipt =
              catalog.promote(
                  request.getModel(),
                  request.getVersion(),
                  request.getExpectedChampion(),
                  request.getActor(),
                  request.getReason());
          learner.follow();
          return receipt;
        });
  }

  @Override
  public void rollback(RollbackRequest request, StreamObserver<SwapReceipt> caller) {
    inLane(
        request.getModel(),
        caller,
        learner -> {
          SwapReceipt receipt =
              catalog.rollback(request.getModel(), request.getActor(), request.getReason());
          learner.follow();
          return receipt;
        });
  }

  @Override
  public void freeze(FreezeRequest request, StreamObserver<LearnerStatus> caller) {
    inLane(
        request.getModel(),
        caller,
        learner -> {
          learner.freeze(request.getFrozen(), request.getActor(), request.getReason());
          return learner.status();
        });
  }

  @Override
  public void getLearnerStatus(
      GetLearnerStatusRequest request, StreamObserver<LearnerStatus> caller) {
    Failures.answer(
        caller,
        () -> {
          requireKnown(request.getModel());
          caller.onNext(
              lane(request.getModel())
                  .map(lane -> lane.learner().status())
                  .orElse(LearnerStatus.newBuilder().setModel(request.getModel()).build()));
          caller.onCompleted();
        });
  }

  /** On a thread of its own: an export takes up to a second, and must not wait for a training. */
  @Override
  public void export(ExportRequest request, StreamObserver<ExportResponse> caller) {
    ServerCallStreamObserver<ExportResponse> call =
        (ServerCallStreamObserver<ExportResponse>) caller;
    call.setOnCancelHandler(() -> {}); // as for a training
    BackgroundThreads.named("export")
        .newThread(
            () ->
                Failures.answer(
                    call,
                    () -> {
                      ExportResponse response = new ExportCall(catalog, registry).answer(request);
                      call.onNext(response);
                      call.onCompleted();
                    }))
        .start();
  }

  @Override
  public void replayLearning(
      ReplayLearningRequest request, StreamObserver<ReplayLearningResponse> caller) {
    Consumer<Learner> begin =
        learner ->
            Failures.answer(
                caller,
                () -> {
                  learner.open();
                  training.execute(() -> replay(learner, caller));
                });
    Failures.answer(
        caller,
        () -> {
          requireKnown(request.getModel());
          laneOf(request.getModel()).then(begin);
        });
  }

  private static void replay(Learner learner, StreamObserver<ReplayLearningResponse> caller) {
    Failures.answer(
        caller,
        () -> {
          ReplayLearningResponse replayed = learner.replay();
          caller.onNext(replayed);
          caller.onCompleted();
        });
  }

  @Override
  public void watchModels(WatchModelsRequest request, StreamObserver<ModelChange> caller) {
    ServerCallStreamObserver<ModelChange> call = (ServerCallStreamObserver<ModelChange>) caller;
    Failures.answer(caller, () -> ChangeStream.open(request.getModel(), catalog, call));
  }

  /** Has a model's learner take its journal up, before anybody sends it something. */
  public void open(String model) {
    laneOf(model).then(LearningService::openOrSayWhy);
  }

  private static void openOrSayWhy(Learner learner) {
    try {
      learner.follow();
    } catch (RegistryException e) {
      LOG.warn("a learner is taken up at its next call, not now", e);
    }
  }

  /**
   * The features of a prediction that came with its outcome lately; empty when nothing is known of
   * it. Never blocks for long.
   */
  public Optional<float[]> features(String model, String predictionId) {
    return recent.of(model, predictionId);
  }

  /** What each learner has done so far, for metrics. Does not wait for the learners. */
  public List<LearnerStatus> statuses() {
    synchronized (lanes) {
      return lanes.values().stream().map(lane -> lane.learner().status()).toList();
    }
  }

  /** Finishes what was accepted, then frees the learners. */
  @Override
  public void close() {
    closed = true;
    Threads.end(training, CLOSE_SECONDS);
    Collection<ModelLane> ending;
    synchronized (lanes) {
      ending = List.copyOf(lanes.values());
    }
    ending.forEach(ModelLane::close);
  }

  private void trainAndRegister(
      TrainingCall.Order order, ServerCallStreamObserver<TrainProgress> caller)
      throws TrainingStoppedException {
    Trainer.Trained trained =
        trainer.train(
            order.rows(),
            order.plan(),
            progress -> {
              caller.onNext(message(progress).build());
              return !caller.isCancelled() && !closed;
            });
    Optional<InputReference> reference = reference(order);
    laneOf(order.model())
        .then(
            learner ->
                Failures.answer(
                    caller,
                    () -> {
                      String digest = ModelDesk.digest(trained.network());
                      reference.ifPresent(inputs -> learner.trained(digest, inputs));
                      ModelVersion version = register(order, trained);
                      learner.follow();
                      caller.onNext(
                          message(trained.progress())
                              .putAllMetrics(version.getMetricsMap())
                              .setModelVersion(version.getVersion())
                              .setModelDigest(version.getDigest())
                              .build());
                      caller.onCompleted();
                    }));
  }

  /** What the version's inputs will be compared with; all rows, as the held-out ones are alike. */
  private Optional<InputReference> reference(TrainingCall.Order order) {
    TrainingRows rows = order.rows();
    if (rows.rows() < quality.window()) {
      return Optional.empty();
    }
    String origin = "the %d rows that it was trained with".formatted(rows.rows());
    return Optional.of(
        InputReference.measure(
            origin, rows.values(), rows.features(), rows.rows(), quality.window()));
  }

  /** Registers a trained version; the first of a model becomes champion, as nothing else serves. */
  private ModelVersion register(TrainingCall.Order order, Trainer.Trained trained)
      throws ModelRefusedException {
    ModelDesk desk = new ModelDesk(order.model(), catalog, registry);
    Trainer.HeldOut heldOut = trained.progress().heldOut();
    Map<String, Double> metrics = new TreeMap<>(trained.metrics());
    metrics.put("loss", trained.progress().loss());
    metrics.put("held_out_rows", (double) heldOut.rows());
    metrics.put("held_out_accuracy", heldOut.accuracy());
    metrics.put("held_out_log_loss", heldOut.logLoss());
    metrics.put("held_out_net_return", heldOut.netReturn());
    String digest = order.rows().digest();
    Optional<String> champion = desk.champion().map(serving -> serving.artifact().version());
    String architecture = trained.network().shape().architecture().label();
    ModelVersion version =
        desk.register(
            new ModelDesk.Proposal(
                trained.network(),
                champion.orElse(""),
                order.description(trained.trainedRows(), digest),
                metrics,
                TRAINER,
                new ModelDesk.Dataset(order.data(), digest),
                0),
            architecture
                + " trained from new weights with seed "
                + Long.toUnsignedString(order.plan().seed())
                + champion.map(serving -> ", to challenge version " + serving).orElse(""));
    if (champion.isEmpty()) {
      desk.promote(version.getVersion(), "", TRAINER, "the first version of its model");
    } else {
      desk.announce(
          ModelChange.Kind.CANDIDATE, version, champion.get(), "trained; not promoted by itself");
    }
    return version;
  }

  private static TrainProgress.Builder message(Trainer.Progress progress) {
    return TrainProgress.newBuilder()
        .setEpoch(progress.epoch())
        .setEpochs(progress.epochs())
        .setLoss(progress.loss())
        .setHeldOutAccuracy(progress.heldOut().accuracy());
  }

  /** What a call does in its model's turn. */
  private interface Turn<A> {
    A answer(Learner learner) throws ModelRefusedException;
  }

  private <A> void inLane(String model, StreamObserver<A> caller, Turn<A> turn) {
    Consumer<Learner> work =
        learner ->
            Failures.answer(
                caller,
                () -> {
                  A answer = turn.answer(learner);
                  caller.onNext(answer);
                  caller.onCompleted();
                });
    Failures.answer(
        caller,
        () -> {
          requireKnown(model);
          laneOf(model).then(work);
        });
  }

  /** A name that is mistyped gets no learner, which would have a thread and a journal for good. */
  private void requireKnown(String model) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must be given");
    }
    boolean here =
        lane(model).isPresent()
            || catalog.availability(model, "") != ServingCatalog.Availability.UNKNOWN_MODEL;
    if (here) {
      return;
    }
    requireName(model);
    if (registry.list(model).isEmpty()) {
      throw new RegistryException(
          RegistryException.Kind.NOT_FOUND,
          "there is no model '%s': no learner has that name, and the registry has no version of it"
              .formatted(model));
    }
  }

  private Optional<ModelLane> lane(String model) {
    synchronized (lanes) {
      return Optional.ofNullable(lanes.get(model));
    }
  }

  private ModelLane laneOf(String model) {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model must be given");
    }
    synchronized (lanes) {
      if (!lanes.containsKey(model) && lanes.size() == MAX_MODELS) {
        throw new IllegalArgumentException("at most " + MAX_MODELS + " models can learn");
      }
      return lanes.computeIfAbsent(
          model,
          name ->
              new ModelLane(
                  name,
                  new Learner(
                      name,
                      settings,
                      new ModelDesk(name, catalog, registry),
                      new LearnerStore(name, settings, folder(name)),
                      quality)));
    }
  }

  private Optional<Path> folder(String model) {
    directory.ifPresent(root -> requireName(model));
    return directory.map(root -> root.resolve(model));
  }

  private static void requireName(String model) {
    if (!model.matches(MODEL_NAME)) {
      throw new IllegalArgumentException(
          "a model's name has 1 to 63 of a-z, 0-9 and -, and does not begin with -, not '"
              + model
              + "'");
    }
  }
}
