package ai.neo.modelgateway.learning;

import java.util.List;

/** What a learner has learned so far; all counts since its journal began. One thread. */
final class LearnerCounts {
  long learned;
  long updates;
  long candidates;
  long promotions;
  long shortened;
  long refusedSteps;

  List<Long> image() {
    return List.of(learned, updates, candidates, promotions, shortened, refusedSteps);
  }

  void read(List<Long> image) {
    learned = image.get(0);
    updates = image.get(1);
    candidates = image.get(2);
    promotions = image.get(3);
    shortened = image.get(4);
    refusedSteps = image.get(5);
  }
}
