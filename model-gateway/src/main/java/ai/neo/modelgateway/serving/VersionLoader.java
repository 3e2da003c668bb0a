package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.Answer;
import ai.neo.modelgateway.engine.ArtifactFormats;
import ai.neo.modelgateway.engine.BackgroundThreads;
import ai.neo.modelgateway.engine.GoldenCheck;
import ai.neo.modelgateway.engine.LoadedModel;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.Platform;
import ai.neo.modelgateway.engine.ServableModel;
import ai.neo.modelgateway.engine.TensorModel;
import com.google.common.base.Throwables;
import inference.ModelConfig;
import inference.ModelParameter;
import io.grpc.Context;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a registered version ready to serve: fetch, check, load, verify and warm. Blocks, while a
 * thread works that gives way to requests.
 */
final class VersionLoader {

  /**
   * Batches of 1, 2, 4 … 64 rows, each more than once: the first run of a shape is the slow one.
   */
  private static final int WARM_ROWS_MAX = 64;

  private static final int WARM_RUNS = 3;

  /** Fixed, so that two gateways verify a version with the same rows. */
  private static final long WARM_SEED = 0x6e656f;

  private static final float PROBABILITY_SLACK = 1e-3f;

  private static final ThreadFactory LOADERS = BackgroundThreads.named("loader");

  private final VersionRegistry registry;
  private final List<ModelEngine> engines;

  VersionLoader(VersionRegistry registry, List<ModelEngine> engines) {
    this.registry = registry;
    this.engines = List.copyOf(engines);
  }

  /** A version that may serve, and what it cost to get it there. */
  record Loaded(ServedVersion version, long loadNs, long warmNs, int recordedRows) {
    /** One that was warm already. */
    static Loaded warm(ServedVersion version) {
      return new Loaded(version, 0, 0, 0);
    }
  }

  /**
   * Loads a version.
   *
   * @param champion the version whose place it is to take; it must fit the same callers
   * @throws ModelRefusedException with the reason, when it may not serve; nothing stays loaded
   */
  Loaded load(String model, String version, Optional<ServedVersion> champion)
      throws ModelRefusedException {
    return inBackground(() -> loadNow(model, version, champion));
  }

  private Loaded loadNow(String model, String version, Optional<ServedVersion> champion)
      throws ModelRefusedException {
    long start = System.nanoTime();
    ModelArtifact artifact = registry.fetch(model, version);
    requireDigest(artifact);
    ArtifactFormats.check(artifact);
    if (champion.isPresent()) {
      requireFeatureSet(artifact, champion.get().artifact());
    }
    LoadedModel loaded = engine(artifact.format()).open(artifact);
    long ready = System.nanoTime();
    try {
      return switch (loaded) {
        case ServableModel ofLoop -> {
          List<float[]> recorded = recorded(ofLoop, champion);
          boolean expectsReturn = warm(ofLoop);
          GoldenCheck.require(ofLoop, artifact.goldenRows());
          warm(ofLoop, recorded);
          ServedVersion served = new ServedVersion(ofLoop, expectsReturn);
          yield new Loaded(served, ready - start, System.nanoTime() - ready, recorded.size());
        }
        case TensorModel tensors -> {
          ServedVersion served = served(tensors, champion);
          yield new Loaded(served, ready - start, System.nanoTime() - ready, 0);
        }
      };
    } catch (ModelRefusedException | RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  /** What callers sent the champion, whose rows have to fit. */
  private static List<float[]> recorded(ServableModel loaded, Optional<ServedVersion> champion)
      throws ModelRefusedException {
    if (champion.isEmpty()) {
      return List.of();
    }
    ServedVersion before = champion.get();
    if (before.tensors().isPresent()) {
      throw new ModelRefusedException(
          "it takes features, the champion (version %s) and its callers have tensors of their own"
              .formatted(before.version()));
    }
    requireWidth(loaded, before);
    return before.recorded().rows(loaded.features());
  }

  /**
   * A registered version of any signature. It never takes the place of a model of the loop, nor of
   * one that its callers could not call.
   */
  private static ServedVersion served(TensorModel model, Optional<ServedVersion> champion)
      throws ModelRefusedException {
    ModelArtifact artifact = model.artifact();
    if (!artifact.goldenRows().isEmpty()) {
      throw new ModelRefusedException(
          "its golden rows are features and action_probabilities, which it neither takes nor answers; register it without them");
    }
    Platform platform = Platform.of(artifact.format());
    ModelConfig named =
        ModelConfig.newBuilder()
            .setName(artifact.model())
            .setPlatform(platform.platform())
            .setBackend(platform.engine())
            .putParameters("model_digest", text(artifact.digest()))
            .build();
    TensorContract contract = TensorContract.plain(named, model.signature());
    if (champion.isPresent() && champion.get().tensors().isEmpty()) {
      throw new ModelRefusedException(
          "its signature is not the loop's ('features' -> 'action_probabilities'), the champion's (version %s) is: its callers could not call it. It takes %s and answers %s; register it under a name of its own"
              .formatted(
                  champion.get().version(),
                  model.signature().inputs(),
                  model.signature().outputs()));
    }
    if (champion.isPresent() && !contract.serves(champion.get().tensors().orElseThrow())) {
      throw new ModelRefusedException(
          "it takes %s and answers %s, which is not what the champion (version %s) and its callers have; register it under a name of its own"
              .formatted(
                  model.signature().inputs(),
                  model.signature().outputs(),
                  champion.get().version()));
    }
    TensorWarmUp.run(model);
    return new ServedVersion(model, contract, ServingTerms.NONE);
  }

  private static ModelParameter text(String value) {
    return ModelParameter.newBuilder().setStringValue(value).build();
  }

  /**
   * Loads a version that somebody else than the registry supplies.
   *
   * @throws ModelRefusedException with the reason, when it may not serve; nothing stays loaded
   */
  ServedVersion load(SuppliedVersion version) throws ModelRefusedException {
    return inBackground(() -> loadNow(version));
  }

  private static <T> T inBackground(Callable<T> work) throws ModelRefusedException {
    FutureTask<T> task = new FutureTask<>(Context.current().wrap(work));
    Thread thread = LOADERS.newThread(task);
    thread.start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
          thread.interrupt(); // It ends soon, with nothing left loaded.
        }
      }
    } catch (ExecutionException e) {
      Throwables.throwIfInstanceOf(e.getCause(), ModelRefusedException.class);
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private ServedVersion loadNow(SuppliedVersion version) throws ModelRefusedException {
    requireDigest(version.artifact());
    ArtifactFormats.check(version.artifact());
    LoadedModel loaded = engine(version.artifact().format()).open(version.artifact());
    try {
      return switch (loaded) {
        case ServableModel ofLoop -> {
          boolean expectsReturn = warm(ofLoop);
          version.terms().check(ofLoop, expectsReturn);
          boolean offersReturn = expectsReturn && version.terms().offersReturn();
          yield new ServedVersion(ofLoop, offersReturn, version.terms());
        }
        case TensorModel tensors -> {
          ModelConfig stated = version.terms().config().orElse(ModelConfig.getDefaultInstance());
          TensorContract contract = TensorContract.of(stated, tensors.signature());
          TensorWarmUp.run(tensors);
          yield new ServedVersion(tensors, contract, version.terms());
        }
      };
    } catch (ModelRefusedException | RuntimeException e) {
      loaded.close();
      throw e;
    }
  }

  private ModelEngine engine(String format) throws ModelRefusedException {
    return engines.stream()
        .filter(engine -> engine.reads(format))
        .findFirst()
        .orElseThrow(() -> new ModelRefusedException("no engine here reads format " + format));
  }

  private static void requireDigest(ModelArtifact artifact) throws ModelRefusedException {
    String actual;
    try {
      actual =
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(artifact.content()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
    if (!actual.equalsIgnoreCase(artifact.digest())) {
      throw new ModelRefusedException(
          "the artifact's SHA-256 is " + actual + ", the registry says " + artifact.digest());
    }
  }

  private static void requireFeatureSet(ModelArtifact artifact, ModelArtifact champion)
      throws ModelRefusedException {
    if (!artifact.featureSetId().equals(champion.featureSetId())) {
      throw new ModelRefusedException(
          "version "
              + artifact.version()
              + " was made for feature set '"
              + artifact.featureSetId()
              + "', the champion (version "
              + champion.version()
              + ") and its callers use '"
              + champion.featureSetId()
              + "'");
    }
  }

  private static void requireWidth(ServableModel loaded, ServedVersion champion)
      throws ModelRefusedException {
    // Vector for vector: a caller that keeps a window sends as many as the version looks at.
    int expected = champion.model().features() / champion.model().window();
    if (loaded.features() / loaded.window() != expected) {
      throw new ModelRefusedException(
          "it takes "
              + loaded.features() / loaded.window()
              + " features, the champion (version "
              + champion.version()
              + ") takes "
              + expected);
    }
  }

  /** Runs batches until the engine is warm; returns whether an expected return is answered. */
  static boolean warm(ServableModel model) throws ModelRefusedException {
    SplittableRandom random = new SplittableRandom(WARM_SEED);
    boolean expectsReturn = false;
    for (int rows = 1; rows <= WARM_ROWS_MAX; rows *= 2) {
      float[] features = new float[rows * model.features()];
      for (int run = 0; run < WARM_RUNS; run++) {
        Answer answer = answer(model, features, rows);
        requireProbabilities(answer, rows);
        expectsReturn = answer.hasExpectedReturn();
        for (int i = 0; i < features.length; i++) {
          features[i] = random.nextFloat() * 2 - 1; // the first run was all zeros
        }
      }
    }
    return expectsReturn;
  }

  /** The same batches of what callers really sent: it must answer those, too. */
  private static void warm(ServableModel model, List<float[]> recorded)
      throws ModelRefusedException {
    int width = model.features();
    for (int rows = 1; rows <= WARM_ROWS_MAX && !recorded.isEmpty(); rows *= 2) {
      float[] features = new float[rows * width];
      for (int first = 0; first < recorded.size(); first += rows) {
        for (int row = 0; row < rows; row++) {
          float[] sent = recorded.get((first + row) % recorded.size());
          System.arraycopy(sent, 0, features, row * width, width);
        }
        requireProbabilities(answer(model, features, rows), rows);
      }
    }
  }

  /** Then gives way for as long as that took: those who are being served need the processors. */
  private static Answer answer(ServableModel model, float[] features, int rows)
      throws ModelRefusedException {
    long began = System.nanoTime();
    try {
      Answer answer = model.infer(features, rows);
      LockSupport.parkNanos(System.nanoTime() - began);
      return answer;
    } catch (IllegalStateException | IllegalArgumentException e) {
      throw new ModelRefusedException(
          "it fails on a batch of " + rows + " rows: " + e.getMessage(), e);
    }
  }

  private static void requireProbabilities(Answer answer, int rows) throws ModelRefusedException {
    if (answer.rows() != rows) {
      throw new ModelRefusedException(
          "it answers " + answer.rows() + " rows to a batch of " + rows);
    }
    if (!answer.isFinite()) {
      throw new ModelRefusedException("it answers NaN or infinity to ordinary features");
    }
    float[] p = answer.actionProbabilities();
    for (int i = 0; i < p.length; i += Answer.ACTIONS) {
      float sum = p[i] + p[i + 1] + p[i + 2];
      float least = Math.min(p[i], Math.min(p[i + 1], p[i + 2]));
      if (least < -PROBABILITY_SLACK || Math.abs(sum - 1) > PROBABILITY_SLACK) {
        throw new ModelRefusedException(
            "action_probabilities are no probabilities: a row is ["
                + p[i]
                + ", "
                + p[i + 1]
                + ", "
                + p[i + 2]
                + "]; end the model with a softmax");
      }
    }
  }
}
