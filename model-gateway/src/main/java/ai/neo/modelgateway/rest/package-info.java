/** The Open Inference Protocol as JSON over HTTP, with the binary data extension. */
package ai.neo.modelgateway.rest;
