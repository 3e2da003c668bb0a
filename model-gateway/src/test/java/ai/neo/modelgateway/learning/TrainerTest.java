package ai.neo.modelgateway.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.neo.modelgateway.network.NetworkFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainerTest {
  private final Trainer trainer = new Trainer(LearningSettings.defaults());

  @Test
  void learnsAPlantedSignal() throws TrainingStoppedException {
    List<Trainer.Progress> epochs = new ArrayList<>();
    trainer.train(Market.rows(6000, 1, 1), plan(1, 6), epochs::add);
    assertThat(epochs).hasSize(6);
    assertThat(epochs.getLast().loss()).isLessThan(epochs.getFirst().loss() * 0.8);
    assertThat(epochs.getLast().heldOut().accuracy()).isGreaterThan(0.8);
    assertThat(epochs.getLast().heldOut().netReturn()).isGreaterThan(0.0002);
    assertThat(epochs.getLast().heldOut().rows()).isEqualTo(6000 - 5100 - 300);
  }

  @Test
  void theSameSeedAndRowsGiveTheSameBytesAndAnotherSeedOthers() throws TrainingStoppedException {
    byte[] first = artifact(7);
    assertThat(artifact(7)).isEqualTo(first);
    assertThat(artifact(8)).isNotEqualTo(first);
  }

  @Test
  void stopsWhenTold() {
    assertThatThrownBy(() -> trainer.train(Market.rows(500, 1, 1), plan(1, 6), progress -> false))
        .isInstanceOf(TrainingStoppedException.class)
        .hasMessageContaining("epoch 1");
  }

  @Test
  void tooFewRowsAreRefused() {
    assertThatThrownBy(() -> trainer.train(Market.rows(199, 1, 1), plan(1, 6), progress -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows=199");
  }

  @Test
  void brokenRowsAreRefused() {
    TrainingRows rows = new TrainingRows(2);
    assertThatThrownBy(() -> rows.add(List.of(1f, Float.NaN), List.of(1), List.of(0f), List.of(1L)))
        .hasMessageContaining("feature 1 is NaN");
    assertThatThrownBy(() -> rows.add(List.of(1f, 1f), List.of(3), List.of(0f), List.of(1L)))
        .hasMessageContaining("label");
    assertThatThrownBy(() -> rows.add(List.of(1f), List.of(1), List.of(0f), List.of(1L)))
        .hasMessageContaining("features=1");
    rows.add(List.of(1f, 1f), List.of(2), List.of(0f), List.of(5L));
    assertThatThrownBy(() -> rows.add(List.of(1f, 1f), List.of(2), List.of(0f), List.of(4L)))
        .hasMessageContaining("older");
    assertThat(rows.rows()).isEqualTo(1);
  }

  private byte[] artifact(long seed) throws TrainingStoppedException {
    return NetworkFormat.write(
        trainer.train(Market.rows(2000, 2, 1), plan(seed, 2), progress -> true).network());
  }

  private static TrainingPlan plan(long seed, int epochs) {
    return new TrainingPlan(Market.FEATURE_SET, seed, epochs, Market.COST);
  }
}
