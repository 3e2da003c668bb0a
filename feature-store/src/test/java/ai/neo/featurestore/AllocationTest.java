package ai.neo.featurestore;

import static org.assertj.core.api.Assertions.assertThat;

import ai.neo.tradingtypes.Bar;
import ai.neo.tradingtypes.BookChange;
import ai.neo.tradingtypes.Side;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A million updates allocate nothing: checked on what the virtual machine counts. */
class AllocationTest {
  /** What the counter itself and a late class initialisation may cost, whatever the loop does. */
  private static final long SLACK_BYTES = 16_384;

  private static final int UPDATES = 1_000_000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private long allocatedBy(Runnable work) {
    long before = threads.getCurrentThreadAllocatedBytes();
    work.run();
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void aMillionBarsThroughTheDefaultSetAllocateNothing() {
    // A pipeline ignores bars of the past, so all of them have to be there beforehand.
    List<Bar> bars = new ArrayList<>(RandomWalk.bars(1, UPDATES));
    FeaturePipeline pipeline =
        FeaturePipeline.of(FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT));
    float[] target = new float[pipeline.width()];
    // Classes that are first met here make their tables once, and not per bar.
    FeaturePipeline other = FeaturePipeline.of(pipeline.definition());
    bars.subList(0, 100).forEach(other::onBar);
    Runnable work =
        () -> {
          for (int i = 0; i < bars.size(); i++) {
            pipeline.onBar(bars.get(i));
            if (pipeline.ready()) {
              pipeline.copyTo(target);
            }
          }
        };
    assertThat(allocatedBy(work)).isLessThan(SLACK_BYTES);
    assertThat(pipeline.ignoredBars()).isZero();
  }

  @Test
  void aMillionBookChangesAllocateNothing() {
    BookChange[] changes = new BookChange[1000];
    for (int i = 0; i < changes.length; i++) {
      Side side = i % 2 == 0 ? Side.BUY : Side.SELL;
      long price = 1_000_000 - side.sign() * (1 + (i * 7919L) % 400);
      changes[i] = new BookChange(0, i, side, price, i % 5 == 0 ? 0 : i, true);
    }
    FeaturePipeline pipeline =
        FeaturePipeline.of(FeatureSetDefinition.bundled(FeatureSetDefinition.DEFAULT));
    Runnable work =
        () -> {
          for (int i = 0; i < UPDATES; i++) {
            pipeline.onBook(changes[i % changes.length]);
          }
        };
    assertThat(allocatedBy(work)).isLessThan(SLACK_BYTES);
    assertThat(pipeline.book().depth(Side.BUY)).isPositive();
  }
}
