package ai.neo.modelgateway.learning;

/** What came of one prediction. */
record Outcome(float[] features, int label, float forwardReturn) {}
