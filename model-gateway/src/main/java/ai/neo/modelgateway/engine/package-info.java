/** What a model is to the gateway, and the engines that load one. Knows neither gRPC nor names. */
package ai.neo.modelgateway.engine;
