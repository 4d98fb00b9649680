using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace GBlend.MLNet.Onnx.Tests;

/// <summary>The programs of docs/onnx.md.</summary>
public sealed class PageTests
{
    [Fact]
    public void The_programs_of_the_page_run()
    {
        var ml = new MLContext(seed: 1);
        var random = new Random(1);
        const int count = 60;
        Clip[] clips = [.. Enumerable.Range(0, count).Select(i => new Clip
        {
            Label = i % 2 == 0 ? "yes" : "no",
            Face = [.. Enumerable.Range(0, 16).Select(k => (float)random.NextDouble() + (k == i % 2 ? 1 : 0))],
            Voice = [.. Enumerable.Range(0, 40).Select(_ => (float)random.NextDouble())],
        })];
        var train = ml.Data.LoadFromEnumerable(clips);
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(ml.MulticlassClassification.Trainers.GradientBlending("Face", "Voice")).Fit(train);
        float[] faces = [.. clips.SelectMany(clip => clip.Face)], voices = [.. clips.SelectMany(clip => clip.Voice)];
        try
        {
            float[] scores = Program(ml, model, train, faces, voices, count);
            Scores.AssertSame(Scores.Of(model.Transform(train), "Score"), [.. scores.Cast<object>()], "Score");
        }
        finally
        {
            File.Delete("model.onnx");
        }
    }

    private static float[] Program(MLContext ml, ITransformer model, IDataView train, float[] faces, float[] voices, int count)
    {
        using (var file = File.Create("model.onnx"))
        {
            OnnxSignature signature = ml.Model.SaveAsOnnx(model, train, file);
            Console.WriteLine($"{string.Join(", ", signature.Inputs)} -> {string.Join(", ", signature.Outputs)}");
        }

        using var session = new InferenceSession("model.onnx");             // Microsoft.ML.OnnxRuntime
        var face = NamedOnnxValue.CreateFromTensor("Face", new DenseTensor<float>(faces, [count, 16]));
        var voice = NamedOnnxValue.CreateFromTensor("Voice", new DenseTensor<float>(voices, [count, 40]));
        using var results = session.Run([face, voice], ["Score"]);
        float[] probabilities = [.. results[0].AsTensor<float>()];          // count x classes
        return probabilities;
    }

    private sealed class Clip
    {
        public string Label { get; set; } = "";
        [VectorType(16)] public float[] Face { get; set; } = [];
        [VectorType(40)] public float[] Voice { get; set; } = [];
    }
}
