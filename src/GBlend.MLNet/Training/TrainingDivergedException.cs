namespace GBlend.MLNet;

/// <summary>
/// The exception that a fit throws when the loss of the training, or what it predicts for a held-out row, becomes infinite or not a number. Its
/// message says after which epoch or for which row this happened, and what to change.
/// </summary>
/// <param name="message">The message that says what happened and what to change.</param>
public sealed class TrainingDivergedException(string message) : InvalidOperationException(message);
