using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>A member that was fitted: what it reads, and the transformers that say what is predicted.</summary>
/// <param name="features">What it reads of a row.</param>
/// <param name="kind">What the model predicts.</param>
/// <param name="outputs">Classes, labels, or 1.</param>
/// <param name="parts">One, or for multi-label tasks one for each label.</param>
internal sealed class MemberModel(MemberFeatures features, OutputKind kind, int outputs, IReadOnlyList<MemberModel.Part> parts) : IMemberModel
{
    /// <summary>What a class counts that none of the rows had.</summary>
    private const double OfUnseenClass = LogPool.Floor;

    /// <param name="Fitted">The transformer; <see langword="null"/> where all rows had the same label.</param>
    /// <param name="Classes">The classes that rows had, in the order of the scores; empty for other labels.</param>
    /// <param name="Constant">The log-odds of yes where there is no transformer.</param>
    internal sealed record Part(MemberPart? Fitted, int[] Classes, double Constant);

    internal static DataViewType LabelType(OutputKind kind, int classes) => kind switch
    {
        OutputKind.Multiclass => new KeyDataViewType(typeof(uint), classes),
        OutputKind.Regression => NumberDataViewType.Single,
        _ => BooleanDataViewType.Instance,
    };

    public double[] Predict(IReadOnlyList<Array> block, int rows, Loss loss)
    {
        double[] predictions = new double[rows * outputs], values = new double[parts.Max(part => Math.Max(1, part.Classes.Length))];
        for (int row = 0; row < rows; row++)
        {
            int of = row;
            void Read(float[] into) => features.Read(block, of, into);
            var own = predictions.AsSpan(row * outputs, outputs);
            for (int i = 0; i < parts.Count; i++)
            {
                var (fitted, classes, constant) = parts[i];
                var said = values.AsSpan(0, Math.Max(1, classes.Length));
                said.Fill(constant);
                fitted?.Predict(Read, said);
                switch (kind)
                {
                    case OutputKind.Multiclass:
                        own.Fill(OfUnseenClass);
                        for (int c = 0; c < classes.Length; c++)
                            own[classes[c]] = said[c];
                        break;
                    case OutputKind.Regression:
                        own[0] = (said[0] - loss.TargetMean) / loss.TargetScale;
                        break;
                    default:
                        // Of a binary label no is 0, and yes its log-odds.
                        own[kind == OutputKind.Binary ? 1 : i] = said[0];
                        break;
                }
            }
        }
        return predictions;
    }

    /// <summary>The settings as JSON, and behind them each transformer as ML.NET saves it.</summary>
    public byte[] Save()
    {
        var ml = new MLContext();
        byte[][] models = [.. parts.Select(part =>
        {
            if (part.Fitted is not { } fitted)
                return [];
            using var model = new MemoryStream();
            ml.Model.Save(fitted.Transformer, fitted.Schema, model);
            return model.ToArray();
        })];
        var settings = new JsonObject
        {
            ["kind"] = kind.ToString(),
            ["outputs"] = outputs,
            ["modalities"] = Numbers(features.Modalities),
            ["widths"] = Numbers(features.Widths),
            ["parts"] = new JsonArray([.. parts.Zip(models, (part, model) => new JsonObject
            {
                ["classes"] = Numbers(part.Classes),
                ["constant"] = part.Constant,
                ["scores"] = part.Fitted?.Scores.ToString(),
                ["bytes"] = model.Length,
            })]),
        };
        using var content = new MemoryStream();
        using var writer = new BinaryWriter(content, Encoding.UTF8);
        writer.Write(settings.ToJsonString());
        foreach (byte[] model in models)
            writer.Write(model);
        return content.ToArray();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is truncated or altered.</exception>
    /// <exception cref="FileNotFoundException">The library of the member's trainer is not there; the message says which.</exception>
    internal static MemberModel Load(byte[] content) => Refusal.Of("The model's members", "Save the model again or take an unaltered copy.", () =>
    {
        using var reader = new BinaryReader(new MemoryStream(content), Encoding.UTF8);
        var settings = JsonNode.Parse(reader.ReadString()) as JsonObject ?? throw new JsonException("The settings are no object.");
        var kind = settings.Choice<OutputKind>("kind");
        var features = new MemberFeatures(settings.WholeNumbers("modalities"), settings.WholeNumbers("widths"));
        int outputs = settings.Whole("outputs");
        var saved = settings.Objects("parts");
        bool isPossible = features.Modalities.Length == features.Widths.Length && features.Modalities.Length > 0 && features.Widths.All(width => width > 0)
            && features.Modalities.All(modality => modality >= 0) && outputs >= 1 && saved.Length == (kind == OutputKind.MultiLabel ? outputs : 1);
        if (!isPossible)
            throw new InvalidDataException("The model's members are damaged: what they say of themselves is not possible.");
        return new MemberModel(features, kind, outputs, [.. saved.Select(part => ReadPart(part, kind, outputs, features.Count, reader))]);
    });

    /// <summary>Whether the features are numbers of these modalities.</summary>
    internal bool Fits(IReadOnlyList<ModalitySpec> modalities, LearningTask task, int values) => kind.Task() == task && outputs == values
        && features.Modalities.Zip(features.Widths).All(m => m.First < modalities.Count && modalities[m.First].Width == m.Second);

    private static Part ReadPart(JsonObject json, OutputKind kind, int outputs, int features, BinaryReader reader)
    {
        int[] classes = json.WholeNumbers("classes");
        int bytes = json.Whole("bytes");
        long left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (bytes < 0 || bytes > left || classes.Any(c => c < 0 || c >= outputs) || classes.Distinct().Count() < classes.Length
            || classes.Length > 0 != (kind == OutputKind.Multiclass))
            throw new InvalidDataException("The model's members are damaged: a size is not possible.");
        if (bytes == 0)
            return new(null, classes, json.Number("constant"));
        using var model = new MemoryStream(reader.ReadBytes(bytes));
        var scores = json.Choice<MemberScores>("scores");
        return new(new(LoadTransformer(model), LabelType(kind, classes.Length), features, scores, Math.Max(1, classes.Length)), classes, 0);
    }

    /// <exception cref="FileNotFoundException">The library of the member's trainer is not there.</exception>
    private static ITransformer LoadTransformer(Stream model)
    {
        try
        {
            return new MLContext().Model.Load(model, out _);
        }
        catch (Exception e) when (e.GetBaseException() is FileNotFoundException missing)
        {
            throw new FileNotFoundException(
                $"A member of the model can't be loaded: {missing.Message} Reference the package of its trainer in this application.", missing.FileName);
        }
    }

    private static JsonArray Numbers(int[] values) => new([.. values.Select(v => (JsonNode)v)]);
}
