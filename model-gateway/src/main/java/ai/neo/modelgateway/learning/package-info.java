/**
 * Training, online learning and its guard rails: the learner owns its own copy of the weights, each
 * snapshot of it is a candidate version that must win before it trades, and a champion that does
 * worse than its predecessor is rolled back.
 */
package ai.neo.modelgateway.learning;
