using System.Globalization;
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
    private const int Version = 6;

    /// <summary>The version whose readers know no vectors in place of modalities, which many models don't have.</summary>
    private const int VersionWithoutPlaceholders = 5;

    /// <summary>The version whose readers know no members, which most models don't have.</summary>
    private const int VersionWithoutMembers = 4;

    /// <summary>The version whose readers know no folds, which many models don't have.</summary>
    private const int VersionWithoutFolds = 3;

    /// <summary>
    /// The version whose readers know no <see cref="AnswerRule.Intercept"/> and no <see cref="AnswerRule.Partial"/>, which many models don't have.
    /// </summary>
    private const int VersionOfPlainAnswers = 2;

    private const int MostNetworks = 64;

    private static readonly Type[] s_items =
        [typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(float), typeof(double)];

    /// <summary>How records of a training are written.</summary>
    internal static JsonSerializerOptions Json { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <exception cref="InvalidOperationException">A parameter or coefficient is not finite: what was written could not be loaded.</exception>
    internal static void Save(TrainedModel model, Stream settings, Stream weights)
    {
        var shape = model.Network.Shape;
        if (!Numbers(model).All(double.IsFinite) || !model.Networks.All(network => network.Parts.IsFinite))
            throw new InvalidOperationException("The model has parameters or coefficients that are not finite numbers, so that nothing was saved: it could not "
                + "be loaded, and its scores say nothing. Train it again.");
        using var buffer = new MemoryStream();
        new StateDict([.. NamedTensors(model.Networks).Select(t => KeyValuePair.Create(t.Name, t.Value.ToFloat32())), .. Fills(shape)]).Save(buffer);
        var bytes = buffer.GetBuffer().AsSpan(0, (int)buffer.Length);
        var content = new JsonObject
        {
            ["format"] = Format,
            ["version"] = model.Modalities.Any(m => m.HasPlaceholder) ? Version : model.Members.Count > 0 ? VersionWithoutPlaceholders
                : model.Folds > 1 ? VersionWithoutMembers
                : model.Answer.Intercept == 0 && model.Answer.Partial.Count == 0 ? VersionOfPlainAnswers : VersionWithoutFolds,
            ["weightsSha256"] = Convert.ToHexString(SHA256.HashData(bytes)),
            ["task"] = model.Task.ToString(),
            ["outputs"] = shape.Outputs,
            ["modalities"] = new JsonArray([.. shape.Modalities.Select(m => new JsonObject
            {
                ["column"] = m.Column,
                ["shape"] = new JsonArray([.. m.Shape.Select(s => (JsonNode)s)]),
                ["encoder"] = m.Encoder.Kind,
                ["settings"] = m.Encoder.ToSettings() ?? throw new InvalidOperationException(
                    $"The model can't be saved: ToSettings of the encoder {m.Encoder.GetType().Name} gave null. Return an object, which may be empty."),
                ["imputes"] = m.Fill is not null,
                ["placeholder"] = m.HasPlaceholder,
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
            ["folds"] = model.Folds,
            ["members"] = model.Members.Count == 0 ? null : new JsonArray([.. model.Members.Select(member => new JsonObject
            {
                ["name"] = member.Head.Name,
                ["reads"] = new JsonArray([.. member.Head.Reads!.Select(m => (JsonNode)m)]),
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
            ["calibration"] = new JsonObject
            {
                ["priors"] = new JsonArray([.. model.Calibration.Priors.Select(p => (JsonNode)p)]),
                ["thresholds"] = new JsonObject(model.Calibration.Thresholds.Select(t => KeyValuePair.Create($"{t.Key}", (JsonNode?)t.Value))),
                ["coverage"] = model.Calibration.Coverage,
                ["limits"] = new JsonArray([.. model.Calibration.Limits.Select(limit => new JsonObject { ["lacks"] = limit.Key, ["limit"] = limit.Value })]),
            },
            ["targetMean"] = model.Loss.TargetMean,
            ["targetScale"] = model.Loss.TargetScale,
            ["history"] = JsonSerializer.SerializeToNode(model.History, Json),
        };
        if (shape.Modalities.FirstOrDefault(m => !Encoders.Knows(m.Encoder.Kind)) is { } unknown)
        {
            throw new InvalidOperationException($"The model can't be saved: the encoder {unknown.Encoder.GetType().Name} of modality '{unknown.Column}' is of "
                + $"the kind '{unknown.Encoder.Kind}', which is not registered, so that nobody could load it. Call "
                + $"Encoders.Register(\"{unknown.Encoder.Kind}\", ...) first, in programs that save such models and in those that load them.");
        }
        JsonSerializer.Serialize(settings, content, Json);
        weights.Write(bytes);
    }

    /// <summary>All numbers of a model that are not of its networks.</summary>
    private static IEnumerable<double> Numbers(TrainedModel model) =>
    [
        .. model.Answer.Weights, model.Answer.Intercept, .. model.Answer.SingleHeads
            ?? [], .. model.Answer.Partial.Values.SelectMany(p => p.Weights.Append(p.Intercept)),
        .. model.Calibration.Numbers, model.Loss.TargetMean, model.Loss.TargetScale, .. model.Modalities.SelectMany(m => m.Fill ?? []).Select(v => (double)v),
    ];

    internal static TrainedModel Load(Stream settings, Stream weights, Device device, IReadOnlyList<IMemberModel> members)
    {
        byte[] content = ReadAll(weights);
        var saved = Refusal.Of("The model's settings", "Save the model again or take an unaltered copy.", () => Read(Parse(settings), content, members.Count));
        var networks = saved.Shapes.Select(shape => new JointNetwork(shape, 0, ScalarType.Float32, device, learns: false)).ToArray();
        try
        {
            using (no_grad())
            {
                foreach (var (name, value) in NamedTensors(networks))
                {
                    using var source = tensor(saved.Weights[name].ToFloats(), value.shape);
                    value.copy_(source);
                }
            }
            return new TrainedModel([.. networks.Select(network => network.ForScoring())], saved.Loss, saved.Answer, saved.History, saved.Folds)
            {
                Calibration = saved.Calibration,
                Members = [.. saved.Members.Zip(members.Chunk(saved.Folds), (head, folds) => new PooledMember(head, folds))],
            };
        }
        finally
        {
            Array.ForEach(networks, network => network.Dispose());
        }
    }

    /// <summary>Checks everything that a file says, and the sizes in its settings against the tensors that it has, before anything is built.</summary>
    private static Saved Read(JsonObject content, byte[] bytes, int memberModels)
    {
        if (Convert.ToHexString(SHA256.HashData(bytes)) != content.Text("weightsSha256"))
            throw new InvalidDataException(
                "The model's weights were truncated or altered after saving: their SHA-256 is not the one in the settings. Take an unaltered copy.");
        var weights = Safetensors.Read(bytes, new MemoryBudget(bytes.Length));
        int outputs = content.Whole("outputs");
        var specs = content.Objects("modalities").Select(ReadModality).ToArray();
        var fusion = Fusion.FromSettings(content.Object("fusion"));
        var shapes = ReadNetworks(content).Select(network => new NetworkShape(specs, fusion, outputs, network.Flag("hasHeads"), network.Flag("hasJoint"))
        {
            JointName = network.Has("jointName") ? network.Text("jointName") : BranchNames.Joint,
        }).ToArray();
        int folds = content.Has("folds") ? content.Whole("folds") : 1;
        bool isPossible = outputs >= 1 && specs.Length > 0 && shapes.Length is > 0 and <= MostNetworks && AreFolds(shapes, folds);
        if (!isPossible || specs.Any(m => m.Shape.Count == 0 || m.Shape.Concat(m.Layout.Stored).Any(s => s < 1)))
            throw new InvalidDataException("The model's settings are damaged: a size is not possible.");
        CheckFit(weights, Describe(specs, shapes, weights));
        specs = [.. specs.Select((m, i) => m.Fill is null ? m : m with { Fill = weights[FillName(i)].ToFloats() })];

        HeadInfo[] members = [.. (content.Has("members") ? content.Objects("members") : []).Select(
            member => new HeadInfo(member.Text("name"), null) { Reads = member.WholeNumbers("reads") })];
        int networkHeads = shapes.Sum(s => s.Branches.Count) / folds, branches = networkHeads + members.Length;
        var answer = new AnswerRule(content.Flag("answerIsPool"), content.Numbers("answerWeights"))
        {
            // Files of older versions say none of these.
            Intercept = content.Has("answerIntercept") ? content.Number("answerIntercept") : 0,
            Partial = (content.Has("partialAnswers") ? content.Objects("partialAnswers") : []).ToDictionary(
                partial => partial.Whole("modalities"),
                partial => new AnswerRule(content.Flag("answerIsPool"), partial.Numbers("weights")) { Intercept = partial.Number("intercept") }),
            Learned = content.Has("learned") ? content.Flags("learned") : [.. Enumerable.Repeat(true, branches)],
            SingleHeads = content.Has("singleHeads") ? content.Numbers("singleHeads") : null,
        };
        var history = content.Object("history").Deserialize<TrainingHistory>(Json)!;
        int[] counts =
            [answer.Weights.Count, answer.Learned.Count, answer.SingleHeads?.Count
                ?? branches, history.Heads.Count, .. answer.Partial.Values.Select(p => p.Weights.Count)];
        if (networkHeads == 0 || history.Branches.Count != networkHeads || counts.Any(c => c != branches))
            throw new InvalidDataException("The model's settings are damaged: they disagree on the number of branches.");
        if (memberModels != members.Length * folds || !members.Select(m => m.Name).SequenceEqual(history.Members.Select(m => m.Name))
            || members.Any(m => m.Reads!.Count == 0 || m.Reads.Any(i => i < 0 || i >= specs.Length)))
            throw new InvalidDataException("The model's settings are damaged: its members are not those of the file.");
        if (history.Branches.Any(string.IsNullOrEmpty) || history.Epochs.Any(e => e is null) || history.Estimates.Any(e => e is null)
            || history.Folds.Any(f => f is null))
            throw new InvalidDataException("The model's settings are damaged: a record of the training is empty.");
        var loss = new Loss(content.Choice<LearningTask>("task"), content.Number("targetMean"), content.Number("targetScale"));
        return new([.. shapes.Select(s => s with { Modalities = specs })], loss, answer, history, weights, folds, content.Has("calibration")
            ? ReadCalibration(content.Object("calibration"), loss, outputs) : new(), members);
    }

    private static Calibration ReadCalibration(JsonObject json, Loss loss, int outputs)
    {
        double[] priors = json.Numbers("priors");
        var limits = json.Objects("limits").ToDictionary(limit => limit.Whole("lacks"), limit => limit.Number("limit"));
        bool hasCoverage = json.Has("coverage");
        if ((priors.Length > 0 && priors.Length != outputs) || hasCoverage != limits.Count > 0 || (hasCoverage && !limits.ContainsKey(0)))
            throw new InvalidDataException("The model's settings are damaged: what they say of the held-out rows contradicts itself.");
        return new()
        {
            Priors = loss.Task == LearningTask.Multiclass ? priors : [],
            Thresholds = json.Object("thresholds").ToDictionary(t => Enum.Parse<DecisionMetric>(t.Key), t => t.Value!.GetValue<double>()),
            Coverage = hasCoverage ? json.Number("coverage") : null,
            Limits = limits,
        };
    }

    /// <summary>Whether there are whole folds, whose networks are all like those of the first.</summary>
    private static bool AreFolds(NetworkShape[] shapes, int folds)
    {
        if (folds < 1 || shapes.Length % folds != 0)
            return false;
        int networks = shapes.Length / folds;
        return shapes.Select((shape, i) => shape == shapes[i % networks]).All(isLike => isLike);
    }

    private static byte[] ReadAll(Stream stream)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static JsonObject Parse(Stream settings)
    {
        var content = JsonNode.Parse(settings) as JsonObject;
        if (content is null || content["format"] is not JsonValue format || format.ToString() != Format || content["version"] is not JsonValue found
            || !found.TryGetValue(out int version))
            throw new InvalidDataException(
                $"The model's settings are damaged: they are not those of a {Format}. Save the model again or take an unaltered copy.");
        if (version > Version)
            throw new InvalidDataException(
                $"The model was saved by a newer GBlend.MLNet: it has format version {version}, this one reads up to {Version}. Update GBlend.MLNet.");
        return content;
    }

    /// <summary>The tensors that the settings ask for. Settings may ask for more than there is memory for: enumerate no more than can be right.</summary>
    private static IEnumerable<NamedShape> Describe(ModalitySpec[] modalities, NetworkShape[] networks, StateDict weights)
    {
        long numbers = weights.Values.Sum(t => t.Count);
        var encoders = modalities.Select(m =>
        {
            m.Scaling.CheckChannels(m.Shape[^1]);
            if (m.Encoder.Describe(m.Shape) is { } layout)
                return layout;
            CheckSettings(m.Encoder, numbers);
            return EncoderLayout.OfBuilt(m.Encoder, m.Shape);
        }).ToArray();
        return networks.SelectMany((network, i) => network.Describe(encoders).Select(t => t with { Name = NameIn(i, t.Name) })).Concat(FillShapes(modalities));
    }

    /// <summary>A coarse look at the settings of an encoder that can't say what it is made of.</summary>
    private static void CheckSettings(Encoder encoder, long numbers)
    {
        const long Harmless = 4096;
        foreach (var (name, size) in Values(encoder.ToSettings(), ""))
        {
            if (Math.Abs((double)size) > Math.Max(numbers, Harmless))
            {
                throw new InvalidDataException(
                    $"The model has an encoder of kind '{encoder.Kind}' whose setting '{Show.Text(name)}' is {size}, more than its weights "
                    + $"have numbers ({numbers}). It is refused, because it does not say what it is made of. If the setting is no size, let the encoder "
                        + $"override "
                    + $"{nameof(Encoder)}.{nameof(Encoder.Describe)}.");
            }
        }

        static IEnumerable<(string Name, long Value)> Values(JsonNode? node, string name) => node switch
        {
            JsonObject json => json.SelectMany(p => Values(p.Value, p.Key)),
            JsonArray list => list.SelectMany(item => Values(item, name)),
            JsonValue value when long.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out long number) => [(name, number)],
            _ => [],
        };
    }

    private static JsonObject Scaling(ModalitySpec modality)
    {
        var scaling = new JsonObject();
        modality.Scaling.Write(scaling);
        return scaling;
    }

    private static ModalitySpec ReadModality(JsonObject node)
    {
        string column = node.Text("column");
        int[] shape = node.WholeNumbers("shape");
        var encoder = Encoders.FromSettings(node.Text("encoder"), node.Object("settings"));
        float[]? fill = node.Flag("imputes") ? [] : null;
        bool hasPlaceholder = node.Has("placeholder") && node.Flag("placeholder");
        // Version 1 knew rows that are read as they are.
        if (!node.Has("kind"))
            return new(column, shape, encoder, fill);
        var kind = node.Choice<ModalityKind>("kind");
        var spec = ModalitySpec.Create(column, kind, node.WholeNumbers("stored"), encoder, AugmentationSettings.FromJson(node.Object("augmentation")));
        if (!spec.Shape.SequenceEqual(shape))
            throw new InvalidDataException($"The model's settings are damaged: the shapes of '{Show.Text(column)}' contradict each other.");
        spec = spec with { Fill = fill, HasPlaceholder = hasPlaceholder, Scaling = ReadScaling(node.Object("scaling"), spec) };
        return spec with { Item = node.Has("item") ? ReadItem(node.Text("item")) : ItemOf(spec) };
    }

    /// <summary>Only pictures and sound are scaled; numbers and token ids are taken as they are.</summary>
    private static InputScaling ReadScaling(JsonObject node, ModalitySpec spec)
    {
        var scaling = InputScaling.Read(node);
        if (!scaling.IsNone && InputScaling.ForBytes(spec.Kind, spec.Layout.Depth).IsNone)
        {
            throw new InvalidDataException(
                $"The model's settings are damaged: the values of '{Show.Text(spec.Column)}' are scaled, and those of {spec.Kind} are not.");
        }
        return scaling;
    }

    private static Type ReadItem(string name) => s_items.FirstOrDefault(t => t.Name == name)
        ?? throw new InvalidDataException($"The model reads numbers of type '{Show.Text(name)}', which this version of GBlend.MLNet does not know. Update it.");

    /// <summary>The item type where the file does not say it: what is done to the values of pictures and sound tells bytes from others.</summary>
    private static Type? ItemOf(ModalitySpec spec) =>
        spec.Encoder.Scaling is not null || InputScaling.ForBytes(spec.Kind, spec.Layout.Depth).IsNone ? null
        : spec.Scaling.IsNone ? typeof(float)
        : typeof(byte);

    /// <summary>Files of version 1 have one network.</summary>
    private static JsonObject[] ReadNetworks(JsonObject content) => content.Has("networks") ? content.Objects("networks") : [content];

    /// <summary>The tensors of all networks; those of the first have the bare names.</summary>
    internal static IEnumerable<(string Name, Tensor Value)> NamedTensors(IReadOnlyList<JointNetwork> networks) =>
        networks.SelectMany((network, i) => network.Tensors.Select(t => (NameIn(i, t.Name), t.Value)));

    private static string NameIn(int network, string name) => network == 0 ? name : $"networks.{network}.{name}";

    private static void CheckFit(StateDict given, IEnumerable<NamedShape> described)
    {
        // One more than there are is already too many, whatever comes behind it.
        var expected = described.Take(given.Count + 1).ToArray();
        var names = expected.Select(e => e.Name).ToHashSet();
        if (given.Count != expected.Length || !names.IsSubsetOf(given.Keys))
        {
            throw new InvalidDataException("The weights don't fit the model's settings: " +
                $"missing [{List(names.Except(given.Keys))}], unknown [{List(given.Keys.Except(names))}].");
        }
        foreach (var (name, shape) in expected)
        {
            var found = given[name];
            if (!found.IsRead || found.Type != ElementType.Float32 || !found.Shape.SequenceEqual(shape))
                throw new InvalidDataException(
                    $"The weights don't fit the model's settings: {name} is {found}, expected {ElementType.Float32} {Show.Shape(shape)}.");
        }
        static string List(IEnumerable<string> names) => PretrainedWeightsReport.List([.. names.Select(Show.Text)]);
    }

    private static string FillName(int modality) => $"fill.{modality}";

    private static IEnumerable<NamedShape> FillShapes(IReadOnlyList<ModalitySpec> modalities) =>
        modalities.Select((m, i) => (m.Fill, Shape: new NamedShape(FillName(i), [m.Width]))).Where(f => f.Fill is not null).Select(f => f.Shape);

    private static IEnumerable<KeyValuePair<string, StateTensor>> Fills(NetworkShape shape) =>
        FillShapes(shape.Modalities).Zip(
            shape.Modalities.Where(m => m.Fill is not null), (f, m) => KeyValuePair.Create(f.Name, StateTensor.FromFloats(f.Shape, m.Fill)));

    /// <summary>What a file says, checked.</summary>
    private sealed record Saved(NetworkShape[] Shapes, Loss Loss, AnswerRule Answer, TrainingHistory History, StateDict Weights, int Folds,
        Calibration Calibration, HeadInfo[] Members);
}
