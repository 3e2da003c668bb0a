/** The model tier over gRPC: predictions by the Open Inference Protocol, learning by our own. */
package ai.neo.orchestrator.gateway;
