/**
 * The network that ships with Neo: its shape, its artifact, its forward pass in plain Java for
 * serving, and its gradients by DJL and PyTorch for training.
 */
package ai.neo.modelgateway.network;
