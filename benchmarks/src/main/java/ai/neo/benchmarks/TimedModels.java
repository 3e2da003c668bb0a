package ai.neo.benchmarks;

import ai.neo.orchestrator.running.ModelTier;
import ai.neo.orchestrator.trading.LoopCommand;
import ai.neo.orchestrator.trading.LoopEvent;
import java.util.List;

/** Passes questions on and notes how long each answer took. */
final class TimedModels implements ModelTier {
  private final ModelTier models;
  private Latency latency = new Latency();

  TimedModels(ModelTier models) {
    this.models = models;
  }

  /** Forgets what was noted. */
  void begin() {
    latency = new Latency();
  }

  Latency latency() {
    return latency;
  }

  @Override
  public void remember(LoopCommand.Predict command) {
    models.remember(command);
  }

  @Override
  public Answer predict(LoopCommand.Predict command) {
    long started = System.nanoTime();
    Answer answer = models.predict(command);
    latency.add(System.nanoTime() - started);
    return answer;
  }

  @Override
  public List<LoopEvent> learn(LoopCommand.Learn command) {
    return models.learn(command);
  }
}
