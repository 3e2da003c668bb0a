/** Which versions are loaded, which one answers, and how one takes the place of another. */
package ai.neo.modelgateway.serving;
