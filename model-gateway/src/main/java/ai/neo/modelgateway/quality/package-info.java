/**
 * Whether a model still sees the inputs that it was made for, and still answers well: statistics of
 * inputs and of matured outcomes, alarms that are as seldom false as the operator asks, and what
 * makes a new training due. A fold over outcomes in their order: no clock, no I/O, no randomness.
 */
package ai.neo.modelgateway.quality;
