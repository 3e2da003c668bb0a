package ai.neo.orchestrator.telemetry;

import ai.neo.orchestrator.configuration.Configuration.LogFormat;
import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Where the lines of this process go while a run is on: standard error, and {@code logs/neo.log} in
 * the data directory, which is rolled. A thread of its own writes them: the loop never waits for a
 * terminal or a disk, and lines that neither can follow are dropped. Before and after, {@code
 * logback.xml} holds.
 */
public final class LogOutput implements AutoCloseable {
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %msg %kvp{NONE} run_id=%property{run_id}%n";
  private static final String RUN_ID = "run_id";
  private static final String NO_RUN = "-";
  private static final int QUEUE = 8_192;
  private static final int FLUSH_MS = 1_000;
  private static final String FILE_SIZE = "20MB";
  private static final String ALL_FILES = "200MB";
  private static final int DAYS = 14;

  private final LoggerContext context;
  private final List<Appender<ILoggingEvent>> before = new ArrayList<>();
  private final List<Appender<ILoggingEvent>> mine = new ArrayList<>();

  private LogOutput(LoggerContext context) {
    this.context = context;
  }

  /**
   * Begins to write.
   *
   * @param directory {@code logs} of the data directory; made if it is not there
   * @throws IOException if it cannot be made
   */
  public static LogOutput open(LogFormat format, Path directory) throws IOException {
    Files.createDirectories(directory);
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
    LogOutput output = new LogOutput((LoggerContext) LoggerFactory.getILoggerFactory());
    output.run(NO_RUN);
    output.start(format, directory.resolve("neo.log"));
    return output;
  }

  /** From now on each line says to which run it belongs. */
  public void run(String runId) {
    context.putProperty(RUN_ID, runId);
  }

  private void start(LogFormat format, Path file) {
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("stderr");
    console.setTarget("System.err");
    console.setEncoder(encoder(format));
    console.start();
    mine.add(behindQueue(console));
    mine.add(behindQueue(rolled(format, file)));
    Logger root = root();
    for (Iterator<Appender<ILoggingEvent>> all = root.iteratorForAppenders(); all.hasNext(); ) {
      before.add(all.next());
    }
    before.forEach(root::detachAppender);
    mine.forEach(root::addAppender);
  }

  private RollingFileAppender<ILoggingEvent> rolled(LogFormat format, Path file) {
    RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
    appender.setContext(context);
    appender.setName("file");
    appender.setFile(file.toString());
    appender.setEncoder(encoder(format));
    SizeAndTimeBasedRollingPolicy<ILoggingEvent> policy = new SizeAndTimeBasedRollingPolicy<>();
    policy.setContext(context);
    policy.setParent(appender);
    policy.setFileNamePattern(file.resolveSibling("neo.%d{yyyy-MM-dd}.%i.log.gz").toString());
    policy.setMaxFileSize(FileSize.valueOf(FILE_SIZE));
    policy.setTotalSizeCap(FileSize.valueOf(ALL_FILES));
    policy.setMaxHistory(DAYS);
    policy.start();
    appender.setRollingPolicy(policy);
    appender.start();
    return appender;
  }

  private Encoder<ILoggingEvent> encoder(LogFormat format) {
    return switch (format) {
      case TEXT -> {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        yield encoder;
      }
      case JSON -> {
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setTimeZone("UTC");
        encoder.start();
        yield encoder;
      }
    };
  }

  private AsyncAppender behindQueue(Appender<ILoggingEvent> appender) {
    AsyncAppender queue = new AsyncAppender();
    queue.setContext(context);
    queue.setName(appender.getName() + "-queue");
    queue.setQueueSize(QUEUE);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.setMaxFlushTime(FLUSH_MS);
    queue.addAppender(appender);
    queue.start();
    return queue;
  }

  private Logger root() {
    return context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  /** Writes what is queued, for a second at most, and goes back to what was before. */
  @Override
  public void close() {
    Logger root = root();
    before.forEach(root::addAppender);
    mine.forEach(root::detachAppender);
    mine.forEach(Appender::stop);
    run(NO_RUN);
  }
}
