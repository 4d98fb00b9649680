using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace GBlend.MLNet;

/// <summary>
/// An ONNX file that grows while the steps of a pipeline draw themselves into it; at its end it is cut to what the wanted outputs need. Opset 12, for
/// which ML.NET's own steps are written.
/// </summary>
internal sealed class OnnxFile : OnnxContext
{
    private const int Opset = 12, IrVersion = 7, MachineLearningOpset = 2;
    private const string MachineLearning = "ai.onnx.ml";

    private static readonly Dictionary<string, string> s_asTheyAre = [];

    private readonly Dictionary<string, string> _variableOfColumn = [];
    private readonly Dictionary<string, DataViewType> _types = [];
    private readonly Dictionary<string, DataViewType> _inputs = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _nodeNames = [];
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Tensor> _constants = [];

    /// <summary>Adds a column of the data as an input, unless ONNX has no type for it.</summary>
    internal void AddInput(string column, DataViewType type)
    {
        if (OnnxTypes.OfColumn(type) is null)
            return;
        string name = AddColumn(column);
        (_inputs[name], _types[name]) = (type, type);
    }

    /// <summary>Writes the file.</summary>
    /// <param name="outputs">The columns that it gives.</param>
    /// <param name="metadata">Texts by name.</param>
    /// <param name="producer">Who made it, and its version.</param>
    /// <returns>The names of the inputs that are needed, and of the outputs.</returns>
    /// <exception cref="NotSupportedException">The weights have more bytes than such a file can.</exception>
    internal (OnnxWriter File, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs) Write(
        IReadOnlyList<string> outputs, IReadOnlyDictionary<string, string> metadata, (string Name, string Version) producer)
    {
        var nodes = Needed(outputs.Select(GetVariableName), out var used);
        // What is given keeps its column's name, unless an input has it.
        (string Name, string Variable)[] given = [.. outputs.Select(o => (_inputs.ContainsKey(o) && used.Contains(o) ? o + ".output" : o, GetVariableName(o)))];
        string[] inputs = [.. _inputs.Keys.Where(used.Contains)];
        var constants = _constants.Where(c => used.Contains(c.Key)).ToArray();
        if (constants.Sum(c => (long)c.Value.Bytes) > int.MaxValue / 2)
            throw new NotSupportedException($"The weights have {constants.Sum(c => (long)c.Value.Bytes):N0} bytes, and an ONNX file in one piece has "
                + $"room for about 1 GB. Take smaller encoders.");
        // A column that a later step made anew: what is given has its name, so that the value before it gets another.
        var renamed = given.Where(g => g.Name != g.Variable && used.Contains(g.Name)).ToDictionary(g => g.Name, g => Unique(g.Name + ".before", _names));
        var graph = new OnnxWriter();
        foreach (var node in nodes)
            graph.Message(1, node.Write(renamed));
        foreach (var (name, variable) in given.Where(g => g.Name != g.Variable))
            graph.Message(1, new Node("Identity", [variable], [name], $"output {name}", "").Write(s_asTheyAre));
        graph.Text(2, "GBlend.MLNet");
        foreach (var (name, tensor) in constants)
            graph.Message(5, tensor.Write(renamed.GetValueOrDefault(name, name)));
        foreach (string input in inputs)
            graph.Message(11, Value(input, _inputs[input]));
        foreach (var (name, variable) in given)
            graph.Message(12, Value(name, _types[variable]));
        var file = new OnnxWriter().Number(1, IrVersion).Text(2, producer.Name).Text(3, producer.Version).Message(7, graph)
            .Message(8, new OnnxWriter().Text(1, "").Number(2, Opset)).Message(8, new OnnxWriter().Text(1, MachineLearning).Number(2, MachineLearningOpset));
        foreach (string domain in nodes.Select(n => n.Domain).Distinct().Where(d => d is not ("" or MachineLearning)))
            file.Message(8, new OnnxWriter().Text(1, domain).Number(2, 1));
        foreach (var (name, value) in metadata)
            file.Message(14, new OnnxWriter().Text(1, name).Text(2, value));
        return (file, inputs, [.. given.Select(g => g.Name)]);
    }

    public override string GetNodeName(string prefix) => Unique(prefix, _nodeNames);

    public override bool IsVariableDefined(string variableName) => _names.Contains(variableName);

    public override bool ContainsColumn(string colName) => _variableOfColumn.ContainsKey(colName);

    public override string GetVariableName(string colName) => _variableOfColumn.TryGetValue(colName, out string? name) ? name
        : throw new InvalidOperationException($"The column '{colName}' has no ONNX form, or is not there.");

    public override void CheckOpSetVersion(int thisTransformerMinumumOpSetVersion, string registerTransformerName)
    {
        if (thisTransformerMinumumOpSetVersion > Opset)
            throw new NotSupportedException($"The step {registerTransformerName} needs opset {thisTransformerMinumumOpSetVersion} of ONNX; this "
                + $"library writes {Opset}.");
    }

    public override void RemoveColumn(string colName, bool removeVariable)
    {
        if (_variableOfColumn.Remove(colName, out string? name) && removeVariable)
            _inputs.Remove(name);
    }

    public override void RemoveVariable(string variableName, bool removeColumn)
    {
        foreach (string column in _variableOfColumn.Where(v => v.Value == variableName).Select(v => v.Key).ToArray())
            RemoveColumn(column, removeVariable: false);
    }

    public override void RemoveInputVariable(string variableName) => _inputs.Remove(variableName);

    public override string AddIntermediateVariable(DataViewType? type, string colName, bool skip)
    {
        string name = AddColumn(colName);
        if (type is not null)
            _types[name] = type;
        return name;
    }

    public override List<long>? RetrieveShapeOrNull(string variableName) => _types.TryGetValue(variableName, out var type) ? OnnxTypes.ShapeOf(type) : null;

    public override OnnxNode CreateNode(string opType, IEnumerable<string> inputs, IEnumerable<string> outputs, string name, string? domain)
    {
        var node = new Node(opType, [.. inputs], [.. outputs], name, domain ?? MachineLearning);
        _nodes.Add(node);
        return node;
    }

    public override OnnxVersion GetOnnxVersion() => OnnxVersion.Experimental;

    public override string AddInitializer(bool value, string? name, bool makeUniqueName) =>
        Constant(name, "bool", makeUniqueName, OnnxTypes.Bool, [], [(byte)(value ? 1 : 0)]);

    public override string AddInitializer(float value, string? name, bool makeUniqueName) =>
        Constant(name, "float", makeUniqueName, OnnxTypes.Float, [], Bytes([value]));

    public override string AddInitializer(int value, Type type, string? name, bool makeUniqueName) =>
        Constant(name, "int32", makeUniqueName, OnnxTypes.Of(type), [], Narrowed([value], type));

    public override string AddInitializer(string value, string? name, bool makeUniqueName) =>
        Constant(name, "string", makeUniqueName, OnnxTypes.Text, [], [], [value]);

    public override string AddInitializer(long value, string? name, bool makeUniqueName) =>
        Constant(name, "int64", makeUniqueName, OnnxTypes.Int64, [], Bytes([value]));

    public override string AddInitializer(double value, string? name, bool makeUniqueName) =>
        Constant(name, "double", makeUniqueName, OnnxTypes.Double, [], Bytes([value]));

    public override string AddInitializer(ulong value, bool isUint64, string? name, bool makeUniqueName) =>
        Constant(name, "uint64", makeUniqueName, OnnxTypes.Of(isUint64 ? typeof(ulong) : typeof(uint)), [], isUint64 ? Bytes([value]) : Bytes([(uint)value]));

    public override string AddInitializer(IEnumerable<bool> values, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "bools", makeUniqueName, OnnxTypes.Bool, dims, [.. values.Select(v => (byte)(v ? 1 : 0))]);

    public override string AddInitializer(IEnumerable<float> values, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "floats", makeUniqueName, OnnxTypes.Float, dims, Bytes([.. values]));

    public override string AddInitializer(IEnumerable<int> values, Type type, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "int32s", makeUniqueName, OnnxTypes.Of(type), dims, Narrowed([.. values], type));

    public override string AddInitializer(IEnumerable<string> values, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "strings", makeUniqueName, OnnxTypes.Text, dims, [], [.. values]);

    public override string AddInitializer(IEnumerable<long> values, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "int64s", makeUniqueName, OnnxTypes.Int64, dims, Bytes([.. values]));

    public override string AddInitializer(IEnumerable<double> values, IEnumerable<long> dims, string? name, bool makeUniqueName) =>
        Constant(name, "doubles", makeUniqueName, OnnxTypes.Double, dims, Bytes([.. values]));

    public override string AddInitializer(IEnumerable<ulong> values, bool isUint64, IEnumerable<long> dims, string? name, bool makeUniqueName) => Constant(
        name, "uint64s", makeUniqueName, OnnxTypes.Of(isUint64 ? typeof(ulong) : typeof(uint)), dims,
        isUint64 ? Bytes([.. values]) : Bytes([.. values.Select(v => (uint)v)]));

    /// <summary>A column's new value; of a column that is there already the one before stays a value.</summary>
    private string AddColumn(string column) => _variableOfColumn[column] = Unique(column, _names);

    private string Constant(string? name, string kind, bool makeUnique, int type, IEnumerable<long> shape, byte[] values, string[]? texts = null)
    {
        string own = makeUnique || name is null ? Unique(name ?? kind, _names) : name;
        _names.Add(own);
        _constants[own] = new(type, [.. shape], values, texts);
        return own;
    }

    /// <summary>The nodes that some values need, in their order.</summary>
    private List<Node> Needed(IEnumerable<string> values, out HashSet<string> used)
    {
        var needed = values.ToHashSet();
        var nodes = new List<Node>();
        for (int i = _nodes.Count - 1; i >= 0; i--)
        {
            if (!_nodes[i].Outputs.Any(needed.Contains))
                continue;
            nodes.Insert(0, _nodes[i]);
            needed.UnionWith(_nodes[i].Inputs);
        }
        used = needed;
        return nodes;
    }

    private static OnnxWriter Value(string name, DataViewType type)
    {
        var shape = new OnnxWriter();
        foreach (long size in OnnxTypes.ShapeOf(type))
            shape.Message(1, size < 0 ? new OnnxWriter().Text(2, "rows") : new OnnxWriter().Number(1, size));
        return new OnnxWriter().Text(1, name).Message(2, new OnnxWriter()
            .Message(1, new OnnxWriter().Number(1, OnnxTypes.OfColumn(type)!.Value).Message(2, shape)));
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        string unique = name;
        for (int i = 0; !taken.Add(unique); i++)
            unique = $"{name}.{i}";
        return unique;
    }

    private static byte[] Bytes<T>(T[] values) where T : unmanaged => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static byte[] Narrowed(int[] values, Type type) => type == typeof(byte) || type == typeof(sbyte) || type == typeof(bool)
        ? [.. values.Select(v => (byte)v)]
        : type == typeof(short) || type == typeof(ushort) ? Bytes([.. values.Select(v => (ushort)v)]) : Bytes(values);

    /// <summary>A constant.</summary>
    private sealed record Tensor(int Type, long[] Shape, byte[] Values, string[]? Texts)
    {
        internal int Bytes => Values.Length;

        internal OnnxWriter Write(string name)
        {
            var tensor = new OnnxWriter();
            foreach (long size in Shape)
                tensor.Number(1, size);
            tensor.Number(2, Type);
            foreach (string text in Texts ?? [])
                tensor.Text(6, text);
            tensor.Text(8, name);
            return Texts is null ? tensor.Raw(9, Values) : tensor;
        }
    }

    /// <summary>An operator.</summary>
    private sealed class Node(string operation, string[] inputs, string[] outputs, string name, string domain) : OnnxNode
    {
        private const int IsFloat = 1, IsWhole = 2, IsText = 3, IsFloats = 6, IsWholes = 7, IsTexts = 8;

        private readonly List<OnnxWriter> _attributes = [];

        internal IReadOnlyList<string> Inputs => inputs;

        internal IReadOnlyList<string> Outputs => outputs;

        internal string Domain => domain;

        internal OnnxWriter Write(IReadOnlyDictionary<string, string> renamed)
        {
            var node = new OnnxWriter();
            foreach (string input in inputs)
                node.Text(1, renamed.GetValueOrDefault(input, input));
            foreach (string output in outputs)
                node.Text(2, renamed.GetValueOrDefault(output, output));
            node.Text(3, name).Text(4, operation);
            foreach (var attribute in _attributes)
                node.Message(5, attribute);
            return node.Text(7, domain);
        }

        public override void AddAttribute(string argName, double value) => Add(argName, IsFloat, a => a.Float(2, (float)value));

        public override void AddAttribute(string argName, long value) => Add(argName, IsWhole, a => a.Number(3, value));

        public override void AddAttribute(string argName, ReadOnlyMemory<char> value) => AddAttribute(argName, value.ToString());

        public override void AddAttribute(string argName, string value) => Add(argName, IsText, a => a.Text(4, value));

        public override void AddAttribute(string argName, bool value) => AddAttribute(argName, value ? 1L : 0);

        public override void AddAttribute(string argName, IEnumerable<double> value) => AddAttribute(argName, value.Select(v => (float)v));

        public override void AddAttribute(string argName, IEnumerable<float> value) => Add(argName, IsFloats, a => Each(value, v => a.Float(7, v)));

        public override void AddAttribute(string argName, IEnumerable<long> value) => Add(argName, IsWholes, a => Each(value, v => a.Number(8, v)));

        public override void AddAttribute(string argName, IEnumerable<ReadOnlyMemory<char>> value) => AddAttribute(argName, value.Select(v => v.ToString()));

        public override void AddAttribute(string argName, string[] value) => AddAttribute(argName, value.AsEnumerable());

        public override void AddAttribute(string argName, IEnumerable<string> value) => Add(argName, IsTexts, a => Each(value, v => a.Text(9, v)));

        public override void AddAttribute(string argName, IEnumerable<bool> value) => AddAttribute(argName, value.Select(v => v ? 1L : 0));

        public override void AddAttribute(string argName, Type value) => AddAttribute(argName, (long)OnnxTypes.Of(value));

        private void Add(string attribute, int type, Action<OnnxWriter> write)
        {
            var written = new OnnxWriter().Text(1, attribute);
            write(written);
            _attributes.Add(written.Number(20, type));
        }

        private static void Each<T>(IEnumerable<T> values, Action<T> write)
        {
            foreach (var value in values)
                write(value);
        }
    }
}
