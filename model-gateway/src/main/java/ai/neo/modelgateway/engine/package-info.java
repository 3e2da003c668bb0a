/** What can serve a model version, and what it is made from. */
package ai.neo.modelgateway.engine;
