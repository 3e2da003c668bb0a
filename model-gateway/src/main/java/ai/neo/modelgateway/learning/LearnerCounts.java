package ai.neo.modelgateway.learning;

/** What a learner has done so far; all counts since it was made. One thread. */
final class LearnerCounts {
  long learned;
  long duplicates;
  long refused;
  long updates;
  long candidates;
  long promotions;
  long rollbacks;
}
