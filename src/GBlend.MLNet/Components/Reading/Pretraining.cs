using System.Text.Json.Nodes;

namespace GBlend.MLNet;

/// <summary>Takes an encoder's starting weights from a fitted model or a file.</summary>
internal static class Pretraining
{
    /// <exception cref="ArgumentException">The model has no such modality, or another encoder or shape for it.</exception>
    internal static IReadOnlyDictionary<string, float[]> Start(ModalitySpec wanted, SharedModel model)
    {
        var found = model.Unguarded.Modalities.FirstOrDefault(m => m.Column == wanted.Column)
            ?? throw Mismatch(wanted, $"that model has the modalities {string.Join(", ", model.Unguarded.Modalities.Select(m => m.Column))} only",
                "Pre-train a model with a modality of this column");
        if (found.Encoder.Kind != wanted.Encoder.Kind || !JsonNode.DeepEquals(found.Encoder.ToSettings(), wanted.Encoder.ToSettings()))
            throw Mismatch(wanted, $"that model's encoder is '{found.Encoder}' and this one's '{wanted.Encoder}'", "Use the same encoder in both");
        if (!found.Shape.SequenceEqual(wanted.Shape))
            throw Mismatch(wanted, $"that model reads rows of shape [{string.Join(", ", found.Shape)}] and this column has [{string.Join(", "
                + $"", wanted.Shape)}]", "Give both the same features");
        if (!found.Scaling.IsSameAs(wanted.Scaling))
            throw Mismatch(wanted, $"that model normalizes its rows by {found.Scaling} and this one by {wanted.Scaling}, as columns of bytes and others "
                + $"differ", "Give both the same type of column, or both encoders the same WithNormalization");
        if (!TrainedColumn.AreAlike(found.Item, wanted.Item))
            throw Mismatch(
                wanted, $"that model reads numbers of type {found.Item!.Name} and this column has {wanted.Item!.Name}", "Give both the same type of column");
        IReadOnlyDictionary<string, float[]>? weights = null;
        model.Use(m => weights = m.EncoderWeights(wanted.Column));
        return weights!;
    }

    /// <exception cref="ArgumentException">The weights are of another architecture.</exception>
    internal static IReadOnlyDictionary<string, float[]> Start(ModalitySpec wanted, StateDict weights, bool strict, ITrainingHost host)
    {
        var (start, report) = PretrainedWeights.Match(wanted.Encoder, wanted.Shape, weights, strict);
        host.Info($"Pre-trained weights of '{wanted.Column}': {report}");
        return start;
    }

    private static ArgumentException Mismatch(ModalitySpec wanted, string what, string remedy) =>
        new($"The modality '{wanted.Column}' can't start from the given model: {what}. {remedy}, or drop WithEncoderOf.", nameof(TrainingSettings.Modalities));
}
