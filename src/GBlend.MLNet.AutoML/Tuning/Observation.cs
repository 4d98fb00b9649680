namespace GBlend.MLNet.AutoML;

/// <summary>What is known of a point: its loss after so many epochs.</summary>
/// <param name="Point">Where.</param>
/// <param name="Epochs">The stage of training the loss was measured at; losses of one stage compare.</param>
/// <param name="Loss">Smaller is better; infinite when the trial failed.</param>
internal sealed record Observation(SweepPoint Point, int Epochs, double Loss);
