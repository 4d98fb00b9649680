using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace GBlend.MLNet;

/// <summary>A trained model as data: settings in JSON, weights in safetensors, tied together by the weights' SHA-256. No type names.</summary>
internal static class ModelFile
{
    private const string Format = "GBlend.MLNet model";

    /// <summary>Raised when a file can no longer be read by older versions of the library.</summary>
    private const int Version = 3;

    /// <summary>The version whose readers know no <see cref="AnswerRule.Intercept"/> and no <see cref="AnswerRule.Partial"/>, which many models don't have.</summary>
    private const int VersionOfPlainAnswers = 2;

    private const int MostNetworks = 64;

    private static readonly Type[] s_items =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double)];

    private static readonly JsonSerializerOptions s_json = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
    };

    internal static void Save(TrainedModel model, Stream settings, Stream weights)
    {
        var shape = model.Network.Shape;
        using var buffer = new MemoryStream();
        new StateDict([.. NamedTensors(model.Networks).Select(t => KeyValuePair.Create(t.Name, t.Value.ToFloat32())), .. Fills(shape)]).Save(buffer);
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var content = new JsonObject
        {
            ["format"] = Format,
            ["version"] = model.Answer.Intercept == 0 && model.Answer.Partial.Count == 0 ? VersionOfPlainAnswers : Version,
            ["weightsSha256"] = Convert.ToHexString(SHA256.HashData(bytes)),
            ["task"] = model.Task.ToString(),
            ["outputs"] = shape.Outputs,
            ["modalities"] = new JsonArray([.. shape.Modalities.Select(m => new JsonObject
            {
                ["column"] = m.Column,
                ["shape"] = new JsonArray([.. m.Shape.Select(s => (JsonNode)s)]),
                ["encoder"] = m.Encoder.Kind,
                ["settings"] = m.Encoder.ToSettings(),
                ["imputes"] = m.Fill is not null,
                ["kind"] = m.Kind.ToString(),
                ["item"] = m.Item?.Name,
                ["stored"] = new JsonArray([.. m.Layout.Stored.Select(s => (JsonNode)s)]),
                ["augmentation"] = m.Augmentation.ToJson(),
                ["scaling"] = Scaling(m),
            })]),
            ["fusion"] = shape.Fusion.ToSettings(),
            ["networks"] = new JsonArray([.. model.Networks.Select(network => new JsonObject
            {
                ["hasHeads"] = network.Shape.HasHeads,
                ["hasJoint"] = network.Shape.HasJoint,
                ["jointName"] = network.Shape.JointName,
            })]),
            ["answerIsPool"] = model.Answer.IsPool,
            ["answerWeights"] = new JsonArray([.. model.Answer.Weights.Select(w => (JsonNode)w)]),
            ["answerIntercept"] = model.Answer.Intercept,
            ["partialAnswers"] = new JsonArray([.. model.Answer.Partial.Select(partial => new JsonObject
            {
                ["modalities"] = partial.Key,
                ["weights"] = new JsonArray([.. partial.Value.Weights.Select(w => (JsonNode)w)]),
                ["intercept"] = partial.Value.Intercept,
            })]),
            ["learned"] = new JsonArray([.. model.Answer.Learned.Select(l => (JsonNode)l)]),
            ["singleHeads"] = model.Answer.SingleHeads is { } single ? new JsonArray([.. single.Select(w => (JsonNode)w)]) : null,
            ["targetMean"] = model.Loss.TargetMean,
            ["targetScale"] = model.Loss.TargetScale,
            ["history"] = JsonSerializer.SerializeToNode(model.History, s_json),
        };
        JsonSerializer.Serialize(settings, content, s_json);
        weights.Write(bytes);
    }

    internal static TrainedModel Load(Stream settings, Stream weights, Device device)
    {
        try
        {
            return Build(Parse(settings), weights, device);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or NullReferenceException or InvalidOperationException or FormatException or ArgumentException or OverflowException or ExternalException)
        {
            throw new InvalidDataException($"The model's settings are truncated or damaged: {e.Message} Save the model again or take an unaltered copy.");
        }
    }

    private static JsonObject Parse(Stream settings)
    {
        var content = JsonNode.Parse(settings) as JsonObject;
        if (content is null || content["format"] is not JsonValue format || format.ToString() != Format || content["version"] is not JsonValue found || !found.TryGetValue(out int version))
            throw new InvalidDataException($"The model's settings are damaged: they are not those of a {Format}. Save the model again or take an unaltered copy.");
        if (version > Version)
            throw new InvalidDataException($"The model was saved by a newer GBlend.MLNet: it has format version {version}, this one reads up to {Version}. Update GBlend.MLNet.");
        return content;
    }

    private static TrainedModel Build(JsonObject content, Stream weights, Device device)
    {
        using var bytes = new MemoryStream();
        weights.CopyTo(bytes);
        string hash = Convert.ToHexString(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        if (hash != (string)content["weightsSha256"]!)
            throw new InvalidDataException("The model's weights were truncated or altered after saving: their SHA-256 is not the one in the settings. Take an unaltered copy.");
        bytes.Position = 0;

        var specs = content["modalities"]!.AsArray().Select(node => ReadModality(node!.AsObject())).ToArray();
        var shapes = ReadNetworks(content).Select(network => new NetworkShape(specs, Fusion.FromSettings(content["fusion"]!.AsObject()), (int)content["outputs"]!, (bool)network["hasHeads"]!, (bool)network["hasJoint"]!)
        {
            JointName = (string?)network["jointName"] ?? BranchNames.Joint,
        }).ToArray();
        var shape = shapes[0];
        int branches = shapes.Sum(s => s.Branches.Count);
        // No layer has more outputs than the file has numbers: what claims to must not be built.
        if (shape.Outputs < 1 || shapes.Length > MostNetworks || shape.Outputs > bytes.Length / sizeof(float) || specs.Any(m => m.Shape.Count == 0 || m.Shape.Concat(m.Layout.Stored).Any(s => s < 1)))
            throw new InvalidDataException("The model's settings are damaged: a size is not possible.");
        var answer = new AnswerRule((bool)content["answerIsPool"]!, [.. content["answerWeights"]!.AsArray().Select(w => (double)w!)])
        {
            // Files of older versions say neither.
            Intercept = (double?)content["answerIntercept"] ?? 0,
            Partial = (content["partialAnswers"] as JsonArray ?? []).ToDictionary(
                partial => (int)partial!["modalities"]!,
                partial => new AnswerRule(true, [.. partial!["weights"]!.AsArray().Select(w => (double)w!)]) { Intercept = (double)partial["intercept"]! }),
            Learned = [.. content["learned"] is JsonArray learned ? learned.Select(l => (bool)l!) : Enumerable.Repeat(true, branches)],
            SingleHeads = content["singleHeads"] is JsonArray single ? [.. single.Select(w => (double)w!)] : null,
        };
        var history = content["history"].Deserialize<TrainingHistory>(s_json)!;
        if (answer.Weights.Count != branches || answer.Learned.Count != branches
            || answer.Partial.Values.Any(partial => partial.Weights.Count != branches) || (answer.SingleHeads?.Count ?? branches) != branches || history.Branches.Count != branches)
            throw new InvalidDataException("The model's settings are damaged: they disagree on the number of branches.");
        var loss = new Loss(Enum.Parse<LearningTask>((string)content["task"]!), (double)content["targetMean"]!, (double)content["targetScale"]!);

        var read = shapes.Select(s => new JointNetwork(s, 0, ScalarType.Float32, device, learns: false)).ToArray();
        try
        {
            var given = Safetensors.Read(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), new MemoryBudget(bytes.Length));
            CheckFit(given, [.. NamedTensors(read).Select(t => (t.Name, t.Value.shape)), .. FillShapes(shape)]);
            using (no_grad())
            {
                foreach (var (name, value) in NamedTensors(read))
                {
                    using var source = tensor(given[name].ToFloats(), value.shape);
                    value.copy_(source);
                }
            }
            ModalitySpec[] filled = [.. specs.Select((m, i) => m.Fill is null ? m : m with { Fill = given[FillName(i)].ToFloats() })];
            return new TrainedModel([.. read.Select(network => network.ForScoring(network.Shape with { Modalities = filled }))], loss, answer, history);
        }
        finally
        {
            Array.ForEach(read, network => network.Dispose());
        }
    }

    private static JsonObject Scaling(ModalitySpec modality)
    {
        var scaling = new JsonObject();
        modality.Scaling.Write(scaling);
        return scaling;
    }

    private static ModalitySpec ReadModality(JsonObject node)
    {
        string column = (string)node["column"]!;
        int[] shape = [.. node["shape"]!.AsArray().Select(s => (int)s!)];
        var encoder = Encoders.FromSettings((string)node["encoder"]!, node["settings"]!.AsObject());
        float[]? fill = (bool)node["imputes"]! ? [] : null;
        // Version 1 knew rows that are read as they are.
        if (node["kind"] is null)
            return new(column, shape, encoder, fill);
        int[] stored = [.. node["stored"]!.AsArray().Select(s => (int)s!)];
        var spec = ModalitySpec.Create(column, Enum.Parse<ModalityKind>((string)node["kind"]!), stored, encoder, AugmentationSettings.FromJson(node["augmentation"]!.AsObject()));
        if (!spec.Shape.SequenceEqual(shape))
            throw new InvalidDataException($"The model's settings are damaged: the shapes of '{column}' contradict each other.");
        spec = spec with { Fill = fill, Scaling = InputScaling.Read(node["scaling"]!.AsObject()) };
        return spec with { Item = node["item"] is { } item ? ReadItem((string)item!) : ItemOf(spec) };
    }

    private static Type ReadItem(string name) => s_items.FirstOrDefault(t => t.Name == name)
        ?? throw new InvalidDataException($"The model reads numbers of type '{name}', which this version of GBlend.MLNet does not know. Update it.");

    /// <summary>The item type where the file does not say it: what is done to the values of pictures and sound tells bytes from others.</summary>
    private static Type? ItemOf(ModalitySpec spec) =>
        spec.Encoder.Scaling is not null || InputScaling.ForBytes(spec.Kind, spec.Layout.Depth).IsNone ? null
        : spec.Scaling.IsNone ? typeof(float)
        : typeof(byte);

    /// <summary>Files of version 1 have one network.</summary>
    private static IEnumerable<JsonNode> ReadNetworks(JsonObject content) => content["networks"]?.AsArray().Select(n => n!) ?? [content];

    /// <summary>The tensors of all networks; those of the first have the bare names.</summary>
    internal static IEnumerable<(string Name, Tensor Value)> NamedTensors(IReadOnlyList<JointNetwork> networks) =>
        networks.SelectMany((network, i) => network.Tensors.Select(t => (i == 0 ? t.Name : $"networks.{i}.{t.Name}", t.Value)));

    private static void CheckFit(StateDict given, IReadOnlyList<(string Name, long[] Shape)> expected)
    {
        var names = expected.Select(e => e.Name);
        if (given.Count != expected.Count || names.Any(name => !given.ContainsKey(name)))
        {
            throw new InvalidDataException("The weights don't fit the model's settings: " +
                $"missing [{string.Join(", ", names.Except(given.Keys))}], unknown [{string.Join(", ", given.Keys.Except(names))}].");
        }
        foreach (var (name, shape) in expected)
        {
            if (given[name].Type != ElementType.Float32 || !given[name].Shape.SequenceEqual(shape))
                throw new InvalidDataException($"The weights don't fit the model's settings: {name} is {given[name]}, expected {ElementType.Float32} {StateTensor.TextOf(shape)}.");
        }
    }

    private static string FillName(int modality) => $"fill.{modality}";

    private static IEnumerable<(string Name, long[] Shape)> FillShapes(NetworkShape shape) =>
        shape.Modalities.Select((m, i) => (m.Fill, (FillName(i), new long[] { m.Width }))).Where(f => f.Fill is not null).Select(f => f.Item2);

    private static IEnumerable<KeyValuePair<string, StateTensor>> Fills(NetworkShape shape) =>
        FillShapes(shape).Zip(shape.Modalities.Where(m => m.Fill is not null), (f, m) => KeyValuePair.Create(f.Name, StateTensor.FromFloats(f.Shape, m.Fill)));
}
