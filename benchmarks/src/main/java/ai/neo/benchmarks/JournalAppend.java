package ai.neo.benchmarks;

import ai.neo.orchestrator.journal.JournalWriter;
import ai.neo.orchestrator.journal.RunJournal;
import ai.neo.orchestrator.trading.LoopEvent;
import ai.neo.tradingtypes.E8;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Frames per second of one core into the journal, with durability {@code os}, on the disk of the
 * temporary folder. Decides whether every input can be written down before the loop hears it.
 *
 * <p>Baseline: the same number of bytes written to a plain file, one write per frame, and in writes
 * of a megabyte.
 */
final class JournalAppend implements Program {
  private static final int FRAMES = 3_000_000;
  private static final int REPETITIONS = 4;
  private static final int BAR_FRAME_BYTES = 32 + 7 * 12;
  private static final int FSYNCS = 200;

  @Override
  public List<Figure> measure() throws Exception {
    double bars = 0;
    double raw = 0;
    double oneByOne = 0;
    double megabytes = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      bars = Math.max(bars, bars());
      raw = Math.max(raw, raw());
      oneByOne = Math.max(oneByOne, plain(BAR_FRAME_BYTES, FRAMES / 4));
      megabytes = Math.max(megabytes, plain(1 << 20, FRAMES / 10_000));
    }
    double sameBytes = megabytes * (1 << 20) / BAR_FRAME_BYTES;
    Figure.Unit each = Figure.Unit.PER_SECOND;
    String baseline =
        "plain file: one write per frame "
            + each.say(oneByOne)
            + "; the same bytes in 1 MB writes "
            + each.say(sameBytes);
    Latency fsync = fsync();
    return List.of(
        Figure.above("journal append (os), frames of a bar (116 bytes)", bars, 1e6, each, baseline),
        Figure.above("journal append (os), frames of 64 bytes of payload", raw, 1e6, each, ""),
        Figure.plain("journal append (fsync), one frame", fsync.words(), forced().words()));
  }

  private static double bars() throws IOException {
    LoopEvent bar = new LoopEvent.MarketData(new Market.Walk(0).next(E8.ONE));
    try (Scratch scratch = Scratch.make()) {
      RunJournal journal = RunJournal.open(scratch.path(), RunJournal.Durability.OS, text -> {});
      long started = CpuClock.now();
      for (int i = 0; i < FRAMES; i++) {
        journal.heard(bar);
      }
      double perSecond = FRAMES * 1e9 / (CpuClock.now() - started);
      journal.close();
      return perSecond;
    }
  }

  private static double raw() throws IOException {
    byte[] payload = new byte[64];
    try (Scratch scratch = Scratch.make()) {
      JournalWriter writer = JournalWriter.open(scratch.path(), text -> {});
      long started = CpuClock.now();
      for (int i = 0; i < FRAMES; i++) {
        writer.append(1, i, payload.length, target -> target.put(payload));
      }
      double perSecond = FRAMES * 1e9 / (CpuClock.now() - started);
      writer.close();
      return perSecond;
    }
  }

  private static double plain(int bytes, int writes) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
    try (Scratch scratch = Scratch.make();
        FileChannel file = open(scratch.path())) {
      long started = CpuClock.now();
      for (int i = 0; i < writes; i++) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      return writes * 1e9 / (CpuClock.now() - started);
    }
  }

  private static Latency fsync() throws IOException {
    LoopEvent bar = new LoopEvent.MarketData(new Market.Walk(0).next(E8.ONE));
    Latency latency = new Latency();
    try (Scratch scratch = Scratch.make();
        RunJournal journal =
            RunJournal.open(scratch.path(), RunJournal.Durability.FSYNC, text -> {})) {
      for (int i = 0; i < FSYNCS; i++) {
        long started = System.nanoTime();
        journal.heard(bar);
        journal.beforeSending();
        latency.add(System.nanoTime() - started);
      }
    }
    return latency;
  }

  /** Baseline of {@link #fsync}: a plain write and the disk's own fdatasync. */
  static Latency forced() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BAR_FRAME_BYTES);
    Latency latency = new Latency();
    try (Scratch scratch = Scratch.make();
        FileChannel file = open(scratch.path())) {
      for (int i = 0; i < FSYNCS; i++) {
        long started = System.nanoTime();
        buffer.clear();
        file.write(buffer);
        file.force(false);
        latency.add(System.nanoTime() - started);
      }
    }
    return latency;
  }

  private static FileChannel open(Path directory) throws IOException {
    return FileChannel.open(
        directory.resolve("plain"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }
}
