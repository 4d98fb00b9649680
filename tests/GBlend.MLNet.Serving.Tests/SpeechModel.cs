using GBlend.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Serving.Tests;

/// <summary>A row of the models that are served in the tests.</summary>
internal sealed class Speech
{
    public string Label { get; set; } = "";

    [VectorType(5)]
    public float[] Face { get; set; } = [];

    [VectorType(3)]
    public double[] Voice { get; set; } = [];
}

/// <summary>Small models of made rows.</summary>
internal static class SpeechModel
{
    internal static MLContext Context { get; } = new(seed: 1);

    internal static Speech[] Rows(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => new Speech
        {
            Label = ((string[])["yes", "no", "stop"])[i % 3],
            Face = [.. Enumerable.Range(0, 5).Select(k => (float)random.NextDouble() + (k == i % 3 ? 1 : 0))],
            Voice = [.. Enumerable.Range(0, 3).Select(k => random.NextDouble() + (k == i % 3 ? 0.5 : 0))],
        })];
    }

    /// <summary>Trains a model under a seed, and saves it whole or not at all.</summary>
    internal static ITransformer Train(string path, int seed)
    {
        var view = Context.Data.LoadFromEnumerable(Rows(90, seed));
        var model = Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(Context.MulticlassClassification.Trainers.GradientBlending(new GradientBlendingTrainer.Options
            {
                Modalities = { Modality.Vector("Face", Encoders.Mlp(8)), Modality.Vector("Voice", Encoders.Mlp(8)) },
                MissingValues = MissingValues.LeaveOutModality,
                Blending = Blending.Equal(),
                NumberOfEpochs = 2,
                Seed = seed,
            }))
            .Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel")).Fit(view);
        Context.Model.Save(model, view.Schema, path + ".new");
        File.Move(path + ".new", path, overwrite: true);
        return model;
    }

    /// <summary>The scores that a pipeline gives by itself.</summary>
    internal static float[][] Scores(ITransformer model, IEnumerable<Speech> rows) =>
        [.. model.Transform(Context.Data.LoadFromEnumerable(rows)).GetColumn<float[]>("Score")];
}
