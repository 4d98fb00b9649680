namespace GBlend.MLNet;

/// <summary>A trained network that scores rows: what a transformer wraps and a model file holds. Safe for scoring from many threads.</summary>
internal sealed partial class TrainedModel : IDisposable
{
    /// <summary>
    /// Rows per forward pass, always exactly: a block that is not full is padded. The same kernels then run for a single row and for
    /// many, so that a row's score has the same bits wherever it comes from.
    /// </summary>
    internal const int BlockRows = 64;

    internal LearningTask Task => throw new NotImplementedException();

    internal IReadOnlyList<ModalitySpec> Modalities => throw new NotImplementedException();

    /// <summary>Values per row and branch: classes, labels, or 1.</summary>
    internal int Outputs => throw new NotImplementedException();

    internal TrainingHistory History => throw new NotImplementedException();

    /// <summary>Scores up to <see cref="BlockRows"/> rows: probabilities of classes or labels, or the predicted number.</summary>
    /// <param name="block">Per modality the rows, row-major, of length <see cref="BlockRows"/> x width; rows from <paramref name="rows"/> on are ignored.</param>
    /// <param name="rows">The rows to score, 1 to <see cref="BlockRows"/>.</param>
    /// <param name="scores">Receives [rows x Outputs]; of length at least BlockRows x Outputs.</param>
    /// <param name="branchScores">Receives the same for every branch of <see cref="TrainingHistory.Branches"/>; <see langword="null"/> when they are not wanted.</param>
    internal void Score(IReadOnlyList<float[]> block, int rows, float[] scores, IReadOnlyList<float[]>? branchScores) => throw new NotImplementedException();

    /// <summary>Writes the settings (JSON, UTF-8) and the weights (safetensors).</summary>
    internal void Save(Stream settings, Stream weights) => throw new NotImplementedException();

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">Truncated, altered or newer; the message says which.</exception>
    internal static TrainedModel Load(Stream settings, Stream weights, TrainingDevice device, int? gpuDeviceId, bool fallbackToCpu) => throw new NotImplementedException();

    /// <summary>Trains a model.</summary>
    internal static TrainedModel Fit(TrainingRows rows, TrainingSettings settings, ITrainingHost host) => throw new NotImplementedException();

    /// <summary>Encoder parameters by name, for <see cref="Modality.WithPretrained"/>.</summary>
    internal IReadOnlyDictionary<string, float[]> EncoderWeights(string column) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
