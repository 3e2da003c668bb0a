package ai.neo.modelgateway.serving;

import ai.neo.modelgateway.engine.BackgroundThreads;
import ai.neo.modelgateway.engine.LoadedModel;
import ai.neo.modelgateway.engine.ModelArtifact;
import ai.neo.modelgateway.engine.ModelEngine;
import ai.neo.modelgateway.engine.ModelRefusedException;
import ai.neo.modelgateway.engine.OnnxEngine;
import ai.neo.modelgateway.engine.ServableModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves ONNX as {@link OnnxEngine} does, but first has another process load the file and answer
 * with it. A few hundred bytes of ONNX can ask for all the memory there is, or for hours, and what
 * ends a native library ends its whole process: that process is not to be the one that serves.
 *
 * <p>What was tried once is not tried again by the same engine. Safe for any thread; blocks.
 */
public final class TriedEngine implements ModelEngine {
  private static final Logger LOG = LoggerFactory.getLogger(TriedEngine.class);

  private static final long MEBIBYTE = 1L << 20;

  /** What a Java process takes without a model: its heap, compiled code and threads. */
  private static final long OWN_BYTES = 256 * MEBIBYTE;

  /**
   * Limits what a process may have written to, where the system can: memory of its own alone. It
   * gives way to whoever serves.
   */
  private static final String LIMITED =
      "ulimit -c 0; ulimit -d \"$1\"; shift; exec nice -n " + BackgroundThreads.NICE + " \"$@\"";

  private final OnnxEngine engine = new OnnxEngine();
  private final Limits limits;

  /** By digest and feature set, what such a model holds outside of the heap. */
  private final Map<String, OptionalLong> passed = new ConcurrentHashMap<>();

  /**
   * What a file may take to be loaded and to answer.
   *
   * @param memoryBytes beside its own size; heeded on Linux
   * @param time until it has answered batches of up to 64 rows
   */
  public record Limits(long memoryBytes, Duration time) {
    public Limits {
      Objects.requireNonNull(time, "time");
      if (memoryBytes < MEBIBYTE || time.isNegative() || time.isZero()) {
        throw new IllegalArgumentException(
            "a trial needs at least 1 MiB and some time: memory_bytes=%d time=%s"
                .formatted(memoryBytes, time));
      }
    }

    /** 2 GiB and a minute. */
    public static Limits defaults() {
      return new Limits(2_048 * MEBIBYTE, Duration.ofMinutes(1));
    }
  }

  public TriedEngine(Limits limits) {
    this.limits = Objects.requireNonNull(limits, "limits");
  }

  @Override
  public boolean reads(String format) {
    return engine.reads(format);
  }

  @Override
  public ServableModel load(ModelArtifact artifact) throws ModelRefusedException {
    return engine.load(artifact, tried(artifact));
  }

  @Override
  public LoadedModel open(ModelArtifact artifact) throws ModelRefusedException {
    return engine.open(artifact, tried(artifact));
  }

  private OptionalLong tried(ModelArtifact artifact) throws ModelRefusedException {
    String what = artifact.digest() + " " + artifact.featureSetId();
    OptionalLong before = passed.get(what);
    if (before != null) {
      return before;
    }
    long started = System.nanoTime();
    OptionalLong offHeapBytes;
    try {
      Path scratch = Files.createTempDirectory("neo-trial-");
      try {
        offHeapBytes = attempt(artifact, scratch);
      } finally {
        delete(scratch);
      }
    } catch (IOException e) {
      throw new ModelRefusedException(
          "it could not be tried in a process of its own: " + e.getMessage(), e);
    }
    passed.put(what, offHeapBytes);
    LOG.info("{} was tried in {} ms", artifact, (System.nanoTime() - started) / 1_000_000);
    return offHeapBytes;
  }

  private OptionalLong attempt(ModelArtifact artifact, Path scratch)
      throws IOException, ModelRefusedException {
    Path file = Files.write(scratch.resolve("model.onnx"), artifact.content());
    ProcessBuilder builder =
        new ProcessBuilder(command(file, artifact))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD) // ONNX Runtime warns there
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().retainAll(Set.of("PATH", "LD_LIBRARY_PATH"));
    builder.environment().putAll(Map.of("MALLOC_ARENA_MAX", "1"));
    Process process = builder.start();
    try {
      if (!process.waitFor(limits.time().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new ModelRefusedException(
            "it was not loaded and did not answer within %d s"
                .formatted(limits.time().toSeconds()));
      }
      int status = process.exitValue();
      if (status == Trial.REFUSED) {
        throw new ModelRefusedException(Files.readString(Trial.reason(file)));
      }
      if (status != 0) {
        throw new ModelRefusedException(
            "the process that tried it died (status %d): it breaks ONNX Runtime, or needs more than %,d MiB"
                .formatted(status, memoryBytes(artifact) / MEBIBYTE));
      }
      Path measured = Trial.offHeap(file);
      return Files.exists(measured)
          ? OptionalLong.of(Long.parseLong(Files.readString(measured)))
          : OptionalLong.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelRefusedException("it was interrupted while it was tried", e);
    } finally {
      end(process);
    }
  }

  private long memoryBytes(ModelArtifact artifact) {
    return limits.memoryBytes() + 3L * artifact.content().length;
  }

  private List<String> command(Path file, ModelArtifact artifact) {
    List<String> command = new ArrayList<>();
    if (File.separatorChar == '/') {
      long kilobytes = (memoryBytes(artifact) + OWN_BYTES) / 1024;
      command.addAll(List.of("/bin/sh", "-c", LIMITED, "sh", String.valueOf(kilobytes)));
    }
    long heapBytes = 64 * MEBIBYTE + 2L * artifact.content().length;
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heapBytes / 1024 + "k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-CreateCoredumpOnCrash",
            "-XX:ErrorFile=/dev/null",
            "--enable-native-access=ALL-UNNAMED",
            // Where ONNX Runtime unpacks its library: one that crashes does not tidy up.
            "-Djava.io.tmpdir=" + file.getParent(),
            "-cp",
            System.getProperty("java.class.path"),
            Trial.class.getName(),
            file.toString(),
            artifact.digest(),
            artifact.featureSetId()));
    return command;
  }

  private static void end(Process process) {
    process.destroyForcibly();
    boolean interrupted = false;
    while (process.isAlive()) { // Its folder is deleted next.
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path scratch) {
    try (Stream<Path> files = Files.walk(scratch)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      LOG.warn("{} was left behind", scratch, e);
    }
  }
}
