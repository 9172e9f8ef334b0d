/** Every word of the staff's pages, in Spanish. */
import type { Words } from './en.js';

export const es: Words = {
  language: 'Idioma',
  skip: 'Ir al contenido',
  brand: 'Relevo',
  product: 'Facturación hospitalaria',
  servedBy: (instance) => `Atendido por ${instance}`,
  signOut: 'Cerrar sesión',
  stopped: 'Los pagos están detenidos.',
  navigation: 'Principal',
  home: {
    title: 'Facturación hospitalaria',
    lead: 'Una factura con toda la atención del paciente, un pago y un pase para volver a casa.',
    bill: 'Generar factura consolidada',
    billText:
      'Identifique al paciente, vea juntos exámenes, medicamentos, procedimientos y consultas, reciba el pago e imprima el recibo y el pase de salida.',
    pass: 'Verificar un pase de salida',
    passText: 'En la puerta: escanee el código del pase o escriba su número.',
    passNumber: 'Número del pase',
    check: 'Verificar',
    promise: 'Un pago aceptado se cobra exactamente una vez, aunque fallen los servidores.',
    developers: 'Para evaluadores y desarrolladores',
    patients: 'Pacientes de ejemplo, con sus códigos de autorización:',
    fire: 'Lance 230 pagos, detenga al líder y láncelos otra vez:',
    links: {
      docs: 'La API, descrita',
      openapi: 'La API como documento OpenAPI',
      monitor: 'El monitor: quién lidera y por qué',
      whoami: 'Qué instancia le responde',
    },
  },
  signIn: {
    title: 'Ingreso del personal',
    lead: 'Las facturas son solo para el personal. Ingrese con el token del personal de esta instalación.',
    token: 'Token del personal',
    hint: 'El token api: npm start lo muestra y .data/tokens.json lo guarda.',
    button: 'Ingresar',
    wrong: 'Este no es el token del personal.',
  },
  identify: {
    title: 'Identificar al paciente',
    lead: 'Los cuatro datos deben coincidir con la hoja de admisión. Las mayúsculas y las tildes no importan.',
    facts: {
      document: 'Número de documento',
      name: 'Nombre completo',
      birthDate: 'Fecha de nacimiento',
      authorizationCode: 'Código de autorización',
    },
    hints: {
      document: '',
      name: 'Como en el documento',
      birthDate: '',
      authorizationCode: 'En la hoja de admisión, AUT-…',
    },
    button: 'Ver la factura',
    missing: (fact) => `${fact}: complete este dato`,
    wrong: 'Estos datos no corresponden a un mismo paciente. Compárelos con la hoja de admisión.',
    left: (count) =>
      count === 1
        ? 'Queda un intento antes de que este paciente se bloquee por un tiempo.'
        : `Quedan ${count} intentos antes de que este paciente se bloquee por un tiempo.`,
  },
  locked: {
    title: 'Demasiados intentos fallidos',
    until: 'La identificación está bloqueada. Intente de nuevo después de',
    why: 'Esto protege a los pacientes contra códigos adivinados. Quien tenga la hoja de admisión podrá identificar al paciente cuando termine el bloqueo.',
  },
  bill: {
    title: 'Factura consolidada',
    of: 'Factura de',
    document: 'Documento',
    kinds: {
      exam: 'Exámenes',
      medicine: 'Medicamentos',
      procedure: 'Procedimientos',
      consultation: 'Consultas',
    },
    noneOfKind: 'Ninguno',
    date: 'Fecha',
    description: 'Descripción',
    amount: 'Valor',
    subtotal: 'Subtotal',
    inCurrency: (currency: string) => `En ${currency}`,
    minorUnits: (amount, currency) => `${amount} unidades menores de ${currency}`,
    notPayable: (currency) => `No se reciben pagos en ${currency}.`,
    total: 'Total',
    paid: 'Pagado',
    pending: 'En camino',
    due: 'Saldo',
    credit: 'Saldo a favor',
    overpaid: (amount) => `Pagado por encima del total: ${amount}.`,
    settled: 'La factura está saldada. No se debe nada.',
    allPending:
      'Todo el saldo está en camino. La factura lo mostrará como pagado cuando el pago termine bien.',
    another: 'Identificar a otro paciente',
    payments: 'Últimos pagos',
    noPayments: 'Todavía no hay pagos.',
    receipt: 'Recibo',
    follow: 'Seguir',
    details: 'Detalles',
    print: 'Imprimir',
  },
  pay: {
    title: 'Recibir un pago',
    whole: (amount) => `Todo el saldo: ${amount}`,
    part: 'Otro valor',
    amount: 'Valor a pagar',
    amountHint: (currency, most, example) =>
      `En ${currency}, máximo ${most}. Por ejemplo ${example}.`,
    button: 'Pagar',
    note: {
      'any-payment':
        'Un pago que termina bien, total o parcial, da derecho al pase de salida. Lo que falte sigue pendiente.',
      'settled': 'Hay pase de salida cuando no se debe nada en ninguna moneda.',
    },
    problems: {
      'nothing-due':
        'Ahora no se puede pagar nada: la factura está saldada o ya hay un pago en camino por todo el saldo.',
      'not-an-amount': 'Escriba un valor como el del ejemplo debajo del campo.',
      'too-much': 'Es más de lo que se puede pagar ahora.',
    },
    changed:
      'La factura cambió desde que se mostró. Este formulario no pagó nada; revise la factura y decida de nuevo.',
    stopped: 'Los pagos están detenidos; el motivo está arriba en esta página.',
    unclear: 'No se sabe si este pago fue aceptado',
    unclearText:
      'Los registros no respondieron mientras se entregaba. Intente de nuevo: es el mismo pago, así que se hace una sola vez, pase lo que pase.',
    again: 'Intentar de nuevo',
  },
  payment: {
    title: 'Pago',
    receipt: 'Recibo',
    steps: { accepted: 'Aceptado', queued: 'En la cola', charging: 'En cobro', done: 'Terminado' },
    stages: {
      queued: 'El pago está en la cola. Está guardado y no se puede perder.',
      charging: 'El pago se está cobrando.',
      retrying:
        'La pasarela de pagos no hizo el cobro. Se le preguntará de nuevo en un momento; nada se cobra dos veces.',
      refused:
        'Los registros no aceptaron el resultado del pago. Se escribirá de nuevo en un momento; nada se cobra dos veces.',
      unwritable:
        'Los registros no se pueden cambiar en este momento. El pago está guardado y sigue por sí solo.',
      leaderless:
        'El servidor de pagos a cargo se está reemplazando. El pago espera su turno y no se puede perder.',
      succeeded: 'El pago terminó bien.',
      declined: 'El pago fue rechazado. No se cobró nada.',
      failed: 'El pago no se pudo hacer. No se cobró nada.',
    },
    statuses: {
      PENDING: 'En camino',
      SUCCEEDED: 'Pagado',
      DECLINED: 'Rechazado',
      FAILED: 'Fallido',
    },
    reached: { done: 'hecho', now: 'ahora', later: 'después' },
    ahead: (count) => `Pagos aceptados antes que este y sin terminar: ${count}.`,
    nextAttempt: 'Próximo intento',
    gatewayFailed: (status) =>
      status === null ? 'La pasarela no respondió.' : `La pasarela respondió ${status}.`,
    behindPatient: 'Primero se repite un pago anterior de este paciente.',
    chargedBy: (leader) => `A cargo: ${leader}.`,
    changed: (leader, previous) =>
      previous ? `${leader} relevó a ${previous}` : `${leader} asumió el mando`,
    changedNote: 'El pago estuvo guardado todo el tiempo.',
    changes: 'Mientras este pago esperaba',
    elapsed: 'Tiempo transcurrido',
    refresh: 'Esta página se renueva sola hasta que el pago termine.',
    watchedBy: (instance) => `Observado por ${instance}`,
    number: 'Número de pago',
    patient: 'Paciente',
    amount: 'Valor',
    concept: 'Concepto',
    status: 'Estado',
    accepted: 'Aceptado',
    completed: 'Terminado',
    by: (name) => `por ${name}`,
    reference: 'Referencia de la pasarela',
    reason: 'Motivo',
    stillDue: 'Saldo pendiente',
    back: 'Volver a la factura',
    payAgain: 'Pagar de nuevo',
    print: 'Imprimir el recibo',
  },
  pass: {
    title: 'Pase de salida',
    states: {
      valid: 'Válido',
      expired: 'Vencido',
      unsettled: 'Sin saldar',
      unknown: 'Desconocido',
    },
    advice: {
      valid: 'Este paciente puede salir.',
      expired: 'Este pase ya no es válido. Pida uno nuevo en la oficina de facturación.',
      unsettled:
        'El pago está registrado y la factura no está saldada. El paciente puede salir cuando no se deba nada. Pregunte en la oficina de facturación.',
      unknown:
        'El hospital no emitió ningún pase con este número. No deje salir a nadie con él; pregunte en la oficina de facturación.',
    },
    patient: 'Paciente',
    amounts: (paid, due) =>
      due === null
        ? `Este pago: ${paid}; no se debe nada.`
        : `Este pago: ${paid}; saldo pendiente: ${due}.`,
    withheld: 'Todavía no hay pase de salida',
    withheldText: 'Hay pase de salida cuando no se debe nada en ninguna moneda.',
    issued: 'Emitido',
    until: 'Válido hasta',
    expired: 'Venció',
    number: 'Número del pase',
    scan: 'Escanee para verificar este pase',
    open: 'Abrir la página del pase',
    code: 'Código QR con la dirección de este pase',
    checked: 'Verificado a las',
    another: 'Verificar otro pase',
  },
  problems: {
    notFound: {
      title: 'Aquí no hay nada',
      text: 'Revise la dirección o empiece en la primera página.',
    },
    stale: {
      title: 'Este formulario ya no sirve',
      text: 'Su sesión terminó o el formulario se abrió en otra sesión. No se hizo nada. Abra la página de nuevo.',
    },
    anotherPatient: {
      title: 'Ahora hay otro paciente identificado',
      text: 'Este formulario pertenece a la factura de otro paciente. No se pagó nada. Abra la factura de nuevo.',
    },
    unavailable: {
      title: 'No es posible en este momento',
      text: 'Los registros o las sesiones no responden. Lo que fue aceptado no se pierde. Intente de nuevo en un momento.',
    },
    busy: {
      title: 'Demasiado a la vez',
      text: 'Se pide más de lo que podemos recibir ahora. No se hizo nada. Intente de nuevo en un momento.',
    },
    stopped: {
      title: 'Los pagos están detenidos',
      text: 'El hospital no recibe pagos ahora. No se pagó nada. Abra la factura de nuevo cuando se acepten pagos.',
    },
    unreadable: {
      title: 'La solicitud no se puede leer',
      text: 'Vuelva y envíe el formulario otra vez.',
    },
    internal: {
      title: 'Algo falló de nuestro lado',
      text: 'Quedó registrado. Intente de nuevo; lo que fue aceptado no se pierde.',
    },
    home: 'A la primera página',
    bill: 'Abrir la factura',
  },
};
