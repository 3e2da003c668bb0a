package ai.neo.modelgateway.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What works beside serving gives way to it, and nobody else does. */
class BackgroundThreadsTest {
  private static final Path STAT = Path.of("/proc/thread-self/stat");

  /** proc(5): nice is the 19th field, the 17th behind the name in brackets. */
  private static int nice() throws Exception {
    String stat = Files.readString(STAT);
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[16]);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, disabledReason = "threads have nice values on Linux alone")
  void thoseThreadsAreNiceAndTheirMakerStaysAsItWas() throws Exception {
    int before = nice();
    FutureTask<Integer> task = new FutureTask<>(BackgroundThreadsTest::nice);
    Thread thread = BackgroundThreads.named("background").newThread(task);
    thread.start();
    assertThat(task.get()).isEqualTo(Math.min(19, before + BackgroundThreads.NICE));
    assertThat(nice()).isEqualTo(before);
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("background");
  }
}
