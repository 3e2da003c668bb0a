/** Neo's own network: a multilayer perceptron that learns with DJL and serves in plain Java. */
package ai.neo.modelgateway.network;
